import { describe, expect, test } from 'vitest';
import { loadConfig } from '../config/config.js';
import { postInstallOf } from './rules.js';

const load = (text: string) => loadConfig([{ name: 'magnum.conf', content: `[kubernetes]\n${text}\n` }]);
const named = (text: string) => postInstallOf(load(text));

describe('[kubernetes] post_install_manifest_url', () => {
  test('names no manifest where it is absent or empty, as in the file of upstream', () => {
    expect([named(''), named('post_install_manifest_url =')]).toEqual([null, null]);
  });

  test('is obeyed, and no longer named as without effect', () => {
    const text = 'post_install_manifest_url = https://files.example/a.yaml';
    expect(named(text)).toEqual({ fetch: expect.any(Function) as unknown });
    expect(load(text).warnings).toEqual([]);
  });

  test('is http only where the operator allows it', () => {
    const text = 'post_install_manifest_url = http://files.example/a.yaml';
    expect(() => named(text)).toThrow(
      '[kubernetes] post_install_manifest_url: the manifest cannot be used: it begins with http://',
    );
    expect(named(`${text}\nmanifest_url_plain = true`)).not.toBeNull();
  });
});

import { gunzipSync } from 'node:zlib';

export interface NodeFile {
  readonly contents: Buffer;
  readonly mode: number;
}

export type NodeFiles = Readonly<Record<string, NodeFile>>;

/** The files that cloud-init writes for user data, and the commands that it runs. */
export function nodeFilesOf(userData: string): { readonly files: NodeFiles; readonly commands: readonly (readonly string[])[] } {
  const { write_files: files, runcmd } = JSON.parse(userData.replace('#cloud-config\n', '')) as {
    readonly write_files: readonly { readonly path: string; content: string; permissions: string; encoding?: string }[];
    readonly runcmd: readonly (readonly string[])[];
  };
  const entries = files.map(({ path, content, permissions, encoding }): [string, NodeFile] => [
    path,
    {
      contents: encoding === 'gz+b64' ? gunzipSync(Buffer.from(content, 'base64')) : Buffer.from(content),
      mode: parseInt(permissions, 8),
    },
  ]);
  return { files: Object.fromEntries(entries), commands: runcmd };
}

/** The files that Ignition writes for user data, by the standard of its URLs alone: a test of the host asks Ignition itself. */
export function ignitionFilesOf(userData: string): NodeFiles {
  const { storage } = JSON.parse(userData) as {
    readonly storage: {
      readonly files: readonly { path: string; mode: number; contents: { source: string; compression?: string } }[];
    };
  };
  const entries = storage.files.map(({ path, mode, contents: { source, compression } }): [string, NodeFile] => {
    const data = bytesIn(source);
    return [path, { mode, contents: compression === 'gzip' ? gunzipSync(data) : data }];
  });
  return Object.fromEntries(entries);
}

/** RFC 3986 has no other characters. */
const URL = /^data:(;base64)?,((?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-F]{2})*)$/;

function bytesIn(source: string): Buffer {
  const [, encoding, text] = URL.exec(source) ?? [];
  if (text === undefined) throw new Error(`this is no URL of data: ${source.slice(0, 200)}`);
  return encoding === undefined ? Buffer.from(decodeURIComponent(text)) : Buffer.from(text, 'base64');
}

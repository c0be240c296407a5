import { makeClientConfig, type ClientConfig } from '../app/client-config.js';
import { DomainError } from '../domain/errors.js';
import type { JsonObject } from '../domain/json.js';
import { numberField, textField, wireJson, type Wire } from './http/fields.js';
import type { Handler } from './http/handler.js';

/** One handler for both wordings; `ident` names the parameter of the path. */
export function clientConfigHandler(ident: string): Handler {
  return async (deps, call) => {
    const validForSeconds = numberField(call.query, 'valid_for') ?? DAY_SECONDS;
    const csr = textField(call.query, 'csr') ?? undefined;
    const wanted = { bay: call.params[ident] ?? '', validForSeconds, csr };
    const config = await makeClientConfig(deps, call.access, wanted, call.signal());
    if (call.query['format'] !== 'kubeconfig') return { body: presentClientConfig(config) };
    return { text: { type: 'application/yaml', content: kubeconfigIn(config) } };
  };
}

const DAY_SECONDS = 86_400;

function kubeconfigIn({ kubeconfig, model }: ClientConfig): string {
  if (kubeconfig !== undefined) return kubeconfig;
  throw new DomainError('invalid-parameter', {
    field: 'format',
    message: ({ bay }) => `The ${bay} runs ${model.coe}, which is not reached by a kubeconfig. Ask for format=json.`,
  });
}

function presentClientConfig({ bay, model, files, ...config }: ClientConfig): JsonObject {
  return wireJson<'ClientConfig'>({
    bay_uuid: bay.id,
    cluster_uuid: bay.id,
    name: bay.name,
    coe: model.coe as Wire<'ClientConfig'>['coe'], // checked when the model was made
    api_address: config.address,
    expires_at: config.expiresAt,
    key_placeholder: config.keyPlaceholder,
    files: { ...files },
    environment: { ...config.environment },
    places: { ...config.places },
  });
}

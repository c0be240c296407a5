export interface Kubernetes {
  /** `https://127.0.0.1:port` */
  readonly url: string;
  /** Path of an administrator's. */
  readonly kubeconfig: string;
  /** Path of the program that is every part of Kubernetes, by its first argument. */
  readonly program: string;
  stop(): Promise<void>;
}

export interface KeyAndCertificate {
  readonly key: string;
  readonly certificate: string;
}

/** Throws with a one-line reason where there is none to be had. */
export function startKubernetes(options: {
  /** PEM: whom the control plane trusts. */
  readonly ca: string;
  /** A certificate of that authority. */
  readonly sign: (
    commonName: string,
    options: { readonly organization?: string; readonly address?: string },
  ) => Promise<KeyAndCertificate>;
  readonly log: (line: string) => void;
  /** Further flags of the API server. They take precedence. */
  readonly flags?: readonly string[];
}): Promise<Kubernetes>;

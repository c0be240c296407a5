/**
 * What Docker Engine's API calls its resources: the fields that are read or written here, as its reference (version 1.41) names
 * them. An engine of a bay may leave out or falsify any of them, so what such an engine answers is read with care all the same.
 */

export type Labels = Readonly<Record<string, string>>;
/** Sent as JSON; each name has the values of which one must hold. */
export type Filters = Readonly<Record<string, readonly string[]>>;

export interface ListQuery {
  /** Also the containers that do not run. */
  readonly all?: boolean;
  readonly filters?: Filters;
}

export interface ContainerSummary {
  readonly Id: string;
  readonly Names: readonly string[];
  readonly Image: string;
  readonly State: string;
  readonly Status: string;
  readonly Labels: Labels;
}

export interface EndpointSettings {
  readonly NetworkID: string;
  readonly IPAddress: string;
  readonly IPAMConfig?: { readonly IPv4Address?: string } | null;
  readonly Aliases?: readonly string[] | null;
}

export interface ContainerDetails {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly Config: {
    readonly Hostname: string;
    readonly Image: string;
    readonly Labels: Labels;
    readonly Env: readonly string[];
    readonly Entrypoint?: readonly string[] | null;
  };
  readonly HostConfig: HostConfig & { readonly NetworkMode: string };
  readonly Mounts: readonly { readonly Type: string; readonly Name?: string; readonly Destination: string }[];
  readonly NetworkSettings: { readonly Networks: Readonly<Record<string, EndpointSettings>> };
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Dead: boolean;
    readonly OOMKilled: boolean;
    readonly ExitCode: number;
    /** RFC 3339; the year 1 before the first start. */
    readonly StartedAt: string;
  };
}

export interface HostConfig {
  readonly NetworkMode?: string;
  readonly RestartPolicy?: { readonly Name: string };
  readonly LogConfig?: { readonly Type: string; readonly Config: Labels };
  readonly CapAdd?: readonly string[];
  readonly CgroupnsMode?: 'private' | 'host';
  readonly DeviceCgroupRules?: readonly string[];
  readonly SecurityOpt?: readonly string[];
  readonly Tmpfs?: Labels;
  readonly Devices?: readonly {
    readonly PathOnHost: string;
    readonly PathInContainer: string;
    readonly CgroupPermissions: string;
  }[];
  readonly Mounts?: readonly { readonly Type: 'volume'; readonly Source: string; readonly Target: string }[];
  /** Bytes */
  readonly Memory?: number;
  /** Billionths of a processor */
  readonly NanoCpus?: number;
}

export interface NewContainer {
  readonly name?: string;
  readonly Image: string;
  readonly Hostname?: string;
  readonly Labels?: Labels;
  /** `NAME=value` */
  readonly Env?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly Entrypoint?: readonly string[];
  readonly StopSignal?: string;
  readonly Volumes?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly HostConfig?: HostConfig;
  readonly NetworkingConfig?: { readonly EndpointsConfig: Readonly<Record<string, NewEndpoint>> };
}

export interface NewEndpoint {
  readonly IPAMConfig?: { readonly IPv4Address: string };
  readonly Aliases?: readonly string[];
}

export interface NewExecution {
  readonly Cmd: readonly string[];
  readonly AttachStdout: boolean;
  readonly AttachStderr: boolean;
  readonly Tty?: boolean;
}

export interface NetworkSummary {
  readonly Id: string;
  readonly Name: string;
  /** RFC 3339 */
  readonly Created: string;
  readonly Labels?: Labels;
  readonly Options?: Labels;
  readonly IPAM?: { readonly Config?: readonly { readonly Subnet?: string; readonly Gateway?: string }[] };
  readonly Containers?: Readonly<Record<string, unknown>>;
}

export interface NewNetwork {
  readonly Name: string;
  readonly Driver: string;
  readonly CheckDuplicate?: boolean;
  readonly IPAM?: { readonly Driver: string; readonly Config: readonly { readonly Subnet: string; readonly Gateway?: string }[] };
  readonly Labels?: Labels;
  readonly Options?: Labels;
}

export interface Volume {
  readonly Name: string;
  readonly Labels?: Labels | null;
}

export interface EngineInfo {
  readonly Labels: readonly string[];
  readonly HttpProxy: string;
  readonly Driver: string;
  readonly CgroupVersion?: string;
}

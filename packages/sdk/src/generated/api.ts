// Generated from openapi/magnum.yaml by `npm run generate`. Do not edit.
/** The operations by path and method: query, body and answer; `undefined` for an answer without a body. */
export interface Paths {
  "/": {
    get: { answer: Schemas["Versions"] };
  };
  "/v1": {
    get: { answer: Schemas["V1"] };
  };
  "/v1/baymodels": {
    get: { query?: Queries["listBayModels"]; answer: Schemas["BayModelList"] };
    post: { body: Schemas["BayModelCreate"]; answer: Schemas["BayModel"] };
  };
  "/v1/baymodels/detail": {
    get: { query?: Queries["listBayModels"]; answer: Schemas["BayModelList"] };
  };
  "/v1/baymodels/{baymodel_ident}": {
    get: { answer: Schemas["BayModel"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["BayModel"] };
    delete: { answer: undefined };
  };
  "/v1/bays": {
    get: { query?: Queries["listBays"]; answer: Schemas["BayList"] };
    post: { query?: Queries["createBay"]; body: Schemas["BayCreate"]; answer: Schemas["BayPlan"] | Schemas["Bay"] | Schemas["Accepted"] };
  };
  "/v1/bays/detail": {
    get: { query?: Queries["listBays"]; answer: Schemas["BayDetailList"] };
  };
  "/v1/bays/{bay_ident}": {
    get: { answer: Schemas["Bay"] };
    patch: { query?: Queries["updateBay"]; body: Schemas["JsonPatch"]; answer: Schemas["Bay"] | Schemas["Accepted"] };
    delete: { answer: undefined };
  };
  "/v1/bays/{bay_ident}/config": {
    get: { query?: Queries["getBayConfig"]; answer: Schemas["ClientConfig"] };
  };
  "/v1/bays/{bay_ident}/events": {
    get: { query?: Queries["listBayEvents"]; answer: Schemas["BayEventList"] };
  };
  "/v1/bays/{bay_ident}/images": {
    post: { body: Schemas["ImageLoad"]; answer: Schemas["ImageLoaded"] };
  };
  "/v1/clustertemplates": {
    get: { query?: Queries["listBayModels"]; answer: Schemas["ClusterTemplateList"] };
    post: { body: Schemas["ClusterTemplateCreate"]; answer: Schemas["ClusterTemplate"] };
  };
  "/v1/clustertemplates/detail": {
    get: { query?: Queries["listBayModels"]; answer: Schemas["ClusterTemplateList"] };
  };
  "/v1/clustertemplates/{clustertemplate_ident}": {
    get: { answer: Schemas["ClusterTemplate"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["ClusterTemplate"] };
    delete: { answer: undefined };
  };
  "/v1/clusters": {
    get: { query?: Queries["listClusters"]; answer: Schemas["ClusterList"] };
    post: { query?: Queries["createBay"]; body: Schemas["ClusterCreate"]; answer: Schemas["BayPlan"] | Schemas["Accepted"] };
  };
  "/v1/clusters/detail": {
    get: { query?: Queries["listClusters"]; answer: Schemas["ClusterDetailList"] };
  };
  "/v1/clusters/{cluster_ident}": {
    get: { answer: Schemas["Cluster"] };
    patch: { query?: Queries["updateBay"]; body: Schemas["JsonPatch"]; answer: Schemas["Accepted"] };
    delete: { answer: undefined };
  };
  "/v1/clusters/{cluster_ident}/config": {
    get: { query?: Queries["getBayConfig"]; answer: Schemas["ClientConfig"] };
  };
  "/v1/clusters/{cluster_ident}/events": {
    get: { query?: Queries["listBayEvents"]; answer: Schemas["BayEventList"] };
  };
  "/v1/clusters/{cluster_ident}/images": {
    post: { body: Schemas["ImageLoad"]; answer: Schemas["ImageLoaded"] };
  };
  "/v1/clusters/{cluster_ident}/actions/resize": {
    post: { body: Schemas["ClusterResize"]; answer: Schemas["Accepted"] };
  };
  "/v1/clusters/{cluster_ident}/actions/upgrade": {
    post: { body: Schemas["ClusterUpgrade"]; answer: Schemas["Accepted"] };
  };
  "/v1/clusters/{cluster_ident}/nodegroups": {
    get: { query?: Queries["listNodeGroups"]; answer: Schemas["NodeGroupList"] };
    post: { body: Schemas["NodeGroupCreate"]; answer: Schemas["NodeGroup"] };
  };
  "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}": {
    get: { answer: Schemas["NodeGroup"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["NodeGroup"] };
    delete: { answer: undefined };
  };
  "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}/nodes": {
    get: { query?: Queries["listNodeGroupNodes"]; answer: Schemas["NodeGroupNodeList"] };
  };
  "/v1/drivers": {
    get: { answer: Schemas["DriverList"] };
  };
  "/v1/drivers/{driver_ident}": {
    get: { answer: Schemas["Driver"] };
  };
  "/v1/nodes": {
    get: { query?: Queries["listNodes"]; answer: Schemas["NodeList"] };
    post: { body: Schemas["NodeCreate"]; answer: Schemas["Node"] };
  };
  "/v1/nodes/detail": {
    get: { query?: Queries["listNodes"]; answer: Schemas["NodeDetailList"] };
  };
  "/v1/nodes/{node_ident}": {
    get: { answer: Schemas["Node"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["Node"] };
    delete: { answer: undefined };
  };
  "/v1/containers": {
    get: { query?: Queries["listNodes"]; answer: Schemas["ContainerList"] };
    post: { body: Schemas["ContainerCreate"]; answer: Schemas["Container"] };
  };
  "/v1/containers/detail": {
    get: { query?: Queries["listNodes"]; answer: Schemas["ContainerDetailList"] };
  };
  "/v1/containers/{container_ident}": {
    get: { answer: Schemas["Container"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["Container"] };
    delete: { answer: undefined };
  };
  "/v1/containers/{container_ident}/start": {
    put: { answer: null };
  };
  "/v1/containers/{container_ident}/stop": {
    put: { answer: null };
  };
  "/v1/containers/{container_ident}/reboot": {
    put: { answer: null };
  };
  "/v1/containers/{container_ident}/pause": {
    put: { answer: null };
  };
  "/v1/containers/{container_ident}/unpause": {
    put: { answer: null };
  };
  "/v1/containers/{container_ident}/logs": {
    get: { answer: Schemas["Output"] };
  };
  "/v1/containers/{container_ident}/execute": {
    put: { query: Queries["executeContainer"]; answer: Schemas["Output"] };
  };
  "/v1/pods": {
    get: { query?: Queries["listPods"]; answer: Schemas["PodList"] };
    post: { body: Schemas["PodCreate"]; answer: Schemas["Pod"] };
  };
  "/v1/pods/detail": {
    get: { query?: Queries["listPods"]; answer: Schemas["PodDetailList"] };
  };
  "/v1/pods/{pod_ident}": {
    get: { query?: Queries["getPod"]; answer: Schemas["Pod"] };
    patch: { query?: Queries["getPod"]; body: Schemas["JsonPatch"]; answer: Schemas["Pod"] };
    delete: { query?: Queries["getPod"]; answer: undefined };
  };
  "/v1/pods/{pod_ident}/{bay_ident}": {
    get: { answer: Schemas["Pod"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["Pod"] };
    delete: { answer: undefined };
  };
  "/v1/services": {
    get: { query?: Queries["listServices"]; answer: Schemas["ServiceList"] };
    post: { body: Schemas["ServiceCreate"]; answer: Schemas["Service"] };
  };
  "/v1/services/detail": {
    get: { query?: Queries["listServices"]; answer: Schemas["ServiceDetailList"] };
  };
  "/v1/services/{service_ident}": {
    get: { query?: Queries["getPod"]; answer: Schemas["Service"] };
    patch: { query?: Queries["getPod"]; body: Schemas["JsonPatch"]; answer: Schemas["Service"] };
    delete: { query?: Queries["getPod"]; answer: undefined };
  };
  "/v1/services/{service_ident}/{bay_ident}": {
    get: { answer: Schemas["Service"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["Service"] };
    delete: { answer: undefined };
  };
  "/v1/rcs": {
    get: { query?: Queries["listReplicationControllers"]; answer: Schemas["ReplicationControllerList"] };
    post: { body: Schemas["ReplicationControllerCreate"]; answer: Schemas["ReplicationController"] };
  };
  "/v1/rcs/detail": {
    get: { query?: Queries["listReplicationControllers"]; answer: Schemas["ReplicationControllerDetailList"] };
  };
  "/v1/rcs/{rc_ident}": {
    get: { query?: Queries["getPod"]; answer: Schemas["ReplicationController"] };
    patch: { query?: Queries["getPod"]; body: Schemas["JsonPatch"]; answer: Schemas["ReplicationController"] };
    delete: { query?: Queries["getPod"]; answer: undefined };
  };
  "/v1/rcs/{rc_ident}/{bay_ident}": {
    get: { answer: Schemas["ReplicationController"] };
    patch: { body: Schemas["JsonPatch"]; answer: Schemas["ReplicationController"] };
    delete: { answer: undefined };
  };
  "/v1/x509keypairs": {
    get: { query?: Queries["listNodeGroupNodes"]; answer: Schemas["X509KeyPairList"] };
    post: { body: Schemas["X509KeyPairCreate"]; answer: Schemas["X509KeyPair"] };
  };
  "/v1/x509keypairs/detail": {
    get: { query?: Queries["listNodeGroupNodes"]; answer: Schemas["X509KeyPairDetailList"] };
  };
  "/v1/x509keypairs/{x509keypair_ident}": {
    get: { answer: Schemas["X509KeyPair"] };
    delete: { answer: undefined };
  };
  "/v1/certificates": {
    post: { body: Schemas["CertificateCreate"]; answer: Schemas["Certificate"] };
  };
  "/v1/certificates/{cluster_ident}": {
    get: { query?: Queries["getCertificate"]; answer: Schemas["Certificate"] };
    patch: { answer: Schemas["Accepted"] };
  };
  "/v1/credentials/{cluster_ident}": {
    get: { answer: Schemas["Credential"] };
    patch: { answer: Schemas["Accepted"] };
  };
  "/v1/credentials/{cluster_ident}/secrets": {
    get: { answer: Schemas["BaySecrets"] };
  };
  "/v1/addons/{cluster_ident}": {
    get: { query?: Queries["getAddons"]; answer: Schemas["Addons"] };
  };
  "/v1/credentials/{cluster_ident}/nodes/{node_name}": {
    post: { body: Schemas["Enrolment"]; answer: Schemas["Credential"] };
    put: { answer: undefined };
  };
  "/v1/quotas": {
    get: { query?: Queries["listQuotas"]; answer: Schemas["QuotaList"] };
    post: { body: Schemas["QuotaCreate"]; answer: Schemas["Quota"] };
  };
  "/v1/quotas/{project_id}/{resource}": {
    get: { answer: Schemas["Quota"] };
    patch: { body: Schemas["QuotaCreate"]; answer: Schemas["Quota"] };
    delete: { answer: undefined };
  };
  "/v1/stats": {
    get: { query?: Queries["getStats"]; answer: Schemas["Stats"] };
  };
  "/v1/federations": {
    get: { query?: Queries["listNodeGroupNodes"]; answer: Schemas["FederationList"] };
    post: { body: Schemas["FederationCreate"]; answer: Schemas["Accepted"] };
  };
  "/v1/federations/detail": {
    get: { query?: Queries["listNodeGroupNodes"]; answer: Schemas["FederationDetailList"] };
  };
  "/v1/federations/{federation_ident}": {
    get: { answer: Schemas["Federation"] };
    patch: { query?: Queries["updateFederation"]; body: Schemas["JsonPatch"]; answer: Schemas["Accepted"] };
    delete: { answer: undefined };
  };
  "/v1/mservices": {
    get: { answer: Schemas["MagnumServiceList"] };
  };
}
/** Queries, by the first operation that has them. */
export interface Queries {
  listBayModels: {
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Only what has just this name. An extension. */
    name?: string | undefined;
    /** Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
    label?: string | undefined;
    /** Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
    updated_since?: string | undefined;
  };
  listBays: {
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Only what has just this name. An extension. */
    name?: string | undefined;
    /** Only what has this status. An extension. */
    status?: Schemas["BayStatus"] | undefined;
    /** Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
    label?: string | undefined;
    /** Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
    updated_since?: string | undefined;
    /** Accepted from Kilo's clients, and passed over as it was then. */
    bay_uuid?: string | undefined;
  };
  createBay: {
    /** Answer what would be made, and make nothing (an extension; at every version). */
    dry_run?: boolean | undefined;
    /** With `dry_run`, answer the stack as well, as the orchestrator would get it. */
    render?: boolean | undefined;
  };
  updateBay: {
    /** Whether the orchestrator undoes a change that fails. */
    rollback?: boolean | undefined;
  };
  getBayConfig: {
    /** Seconds until the client certificate ends; a day where absent, at most 30 days. */
    valid_for?: number | undefined;
    /** `json`: all files in one document; `kubeconfig`: that file alone, as YAML. */
    format?: "json" | "kubeconfig" | undefined;
    /** Certificate signing request, PEM, of a key that the caller keeps; the service makes no key then. */
    csr?: string | undefined;
  };
  listBayEvents: {
    /** Only events later than the one with this id. */
    after?: number | undefined;
    /** At most this many. */
    limit?: number | undefined;
  };
  listClusters: {
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Only what has just this name. An extension. */
    name?: string | undefined;
    /** Only what has this status. An extension. */
    status?: Schemas["BayStatus"] | undefined;
    /** Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
    label?: string | undefined;
    /** Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
    updated_since?: string | undefined;
  };
  listNodeGroups: {
    /** Only groups of this role. */
    role?: string | undefined;
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
  };
  listNodeGroupNodes: {
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
  };
  listNodes: {
    /** Only what belongs to the bay with this UUID or name. */
    bay_ident?: string | undefined;
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
  };
  executeContainer: {
    /** The command line, split at blanks as a shell would, without a shell. */
    command: string;
  };
  listPods: {
    /** UUID or name of the bay. It must be named. */
    bay_ident?: string | undefined;
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Accepted from Kilo's clients, and passed over as it was then. */
    pod_uuid?: string | undefined;
  };
  getPod: {
    /** UUID or name of the bay. It must be named. */
    bay_ident?: string | undefined;
  };
  listServices: {
    /** UUID or name of the bay. It must be named. */
    bay_ident?: string | undefined;
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Accepted from Kilo's clients, and passed over as it was then. */
    service_uuid?: string | undefined;
  };
  listReplicationControllers: {
    /** UUID or name of the bay. It must be named. */
    bay_ident?: string | undefined;
    /** UUID of the last item of the page before. */
    marker?: string | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Accepted from Kilo's clients, and passed over as it was then. */
    rc_uuid?: string | undefined;
  };
  getCertificate: {
    /** Which authority: `kubernetes` (default), `etcd`, `front-proxy`; any other text is the main one. */
    ca_cert_type?: string | undefined;
  };
  getAddons: {
    /** Whether the node writes its account of the cloud into the Secret that has the annotation `magnum.openstack.org/filled-by`. Add-ons that work in the cloud are left out where it does not. */
    fills_account?: boolean | undefined;
  };
  listQuotas: {
    /** Id of the last item of the page before. */
    marker?: number | undefined;
    /** Items in a page, at most; the server has a limit of its own. */
    limit?: number | undefined;
    /** Field to sort by. The order of creation is the default. */
    sort_key?: string | undefined;
    /** Direction to sort in. */
    sort_dir?: "asc" | "desc" | undefined;
    /** Whether to list the quotas of every project. */
    all_tenants?: boolean | undefined;
  };
  getStats: {
    /** Whose: one's own project where absent. */
    project_id?: string | undefined;
    /** What is counted: `cluster`. */
    type?: string | undefined;
  };
  updateFederation: {
    /** Accepted; there is nothing to undo. */
    rollback?: boolean | undefined;
  };
}
/** The placeholders of the paths. */
export interface PathParameters {
  /** UUID or name of the bay model. */
  baymodel_ident: string;
  /** UUID or name of the bay. */
  bay_ident: string;
  /** UUID or name of the cluster template. */
  clustertemplate_ident: string;
  /** UUID or name of the cluster. */
  cluster_ident: string;
  /** UUID, name or number of the node group. */
  nodegroup_ident: string;
  /** Name of the driver. */
  driver_ident: string;
  /** UUID or name of the node. */
  node_ident: string;
  /** UUID or name of the container. */
  container_ident: string;
  /** UUID or name of the pod. */
  pod_ident: string;
  /** UUID or name of the service. */
  service_ident: string;
  /** UUID or name of the replication controller. */
  rc_ident: string;
  /** UUID or name of the key pair. */
  x509keypair_ident: string;
  /** Name of the node. */
  node_name: string;
  /** Id of the project. */
  project_id: string;
  /** What is limited: `Cluster`. */
  resource: string;
  /** UUID or name of the federation. */
  federation_ident: string;
}
export interface Schemas {
  Link: {
    href: string;
    rel: string;
    type?: string;
  };
  Links: Schemas["Link"][];
  Accepted: {
    /** Format: uuid */
    uuid: string;
  };
  Output: {
    output: string;
  };
  ImageLoad: {
    /** @description Name of an image of the service's Docker Engine, as `docker images` shows it. */
    image: string;
  };
  ImageLoaded: {
    /** @description Names of nodes. */
    nodes: string[];
  };
  /** @description RFC 6902, of which `add`, `replace` and `remove` are understood. */
  JsonPatch: {
    /** @enum {string} */
    op: "add" | "replace" | "remove";
    /** @description `/name`, `/labels/key` */
    path: string;
    /** @description Needed by add and replace. */
    value?: string | number | boolean;
  }[];
  Version: {
    /** @example v1 */
    id: string;
    /** @example CURRENT */
    status: string;
    /** @example 1.1 */
    min_version: string;
    /** @example 1.14 */
    max_version: string;
    links: Schemas["Links"];
  };
  Versions: {
    name: string;
    description: string;
    versions: Schemas["Version"][];
  };
  V1: {
    /** @example v1 */
    id: string;
    links: Schemas["Links"];
    media_types: {
      base: string;
      type: string;
    }[];
    baymodels: Schemas["Links"];
    bays: Schemas["Links"];
    clustertemplates: Schemas["Links"];
    clusters: Schemas["Links"];
    nodes: Schemas["Links"];
    containers: Schemas["Links"];
    certificates: Schemas["Links"];
    credentials: Schemas["Links"];
    pods: Schemas["Links"];
    services: Schemas["Links"];
    rcs: Schemas["Links"];
    x509keypairs: Schemas["Links"];
    mservices: Schemas["Links"];
    quotas: Schemas["Links"];
    stats: Schemas["Links"];
    federations: Schemas["Links"];
    nodegroups: Schemas["Links"];
  };
  BayModel: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-baymodel`. */
    name: string;
    /**
    * @description Container orchestration engine.
    * @enum {string}
    */
    coe: "kubernetes" | "swarm" | "swarm-mode" | "mesos";
    /** @description Name or id of the image of the nodes; it must have the property `os_distro`. */
    image_id: string;
    /** @description Accepted from Kilo's and Liberty's clients, without effect: name a `keypair_id`. In no answer. */
    ssh_authorized_key?: string | null;
    /** @description Name of the key pair that opens the nodes. */
    keypair_id: string | null;
    /** @description Name or id of the flavor of the nodes. */
    flavor_id: string | null;
    /** @description Name or id of the flavor of the masters. */
    master_flavor_id: string | null;
    /** @description Name or id of the network that bays are reached from. */
    external_network_id: string | null;
    /** @description Existing network for the nodes; without it each bay makes its own. */
    fixed_network: string | null;
    /** @description Existing subnet for the nodes. */
    fixed_subnet: string | null;
    /** @description How containers are networked; the engine's usual one where absent. */
    network_driver: string | null;
    /** @description How containers get volumes. */
    volume_driver: string | null;
    /** @description IPv4 address, or several separated by commas. */
    dns_nameserver: string | null;
    /** @description Kept for older clients; no driver reads it. */
    apiserver_port: number | null;
    /** @description GB of the volume for images and containers on each node; 3 or more with devicemapper. */
    docker_volume_size: number | null;
    /** @description `overlay2`, `devicemapper` … */
    docker_storage_driver: string | null;
    /** @description The image's `os_distro`, always. */
    cluster_distro: string | null;
    /** @description Proxy of the nodes for http. */
    http_proxy: string | null;
    /** @description Proxy of the nodes for https. */
    https_proxy: string | null;
    /** @description Addresses that the nodes reach without the proxy. */
    no_proxy: string | null;
    /**
    * @description Whether bays run an image registry.
    * @default false
    */
    registry_enabled: boolean;
    /** @description Registry that is spoken to without TLS: `192.0.2.5:5000`. */
    insecure_registry: string | null;
    /**
    * @description What else the driver should know.
    * @default {}
    */
    labels: {
      [key: string]: string;
    };
    /**
    * @description Whether the engine is reached without TLS.
    * @default false
    */
    tls_disabled: boolean;
    /**
    * @description Whether every project sees it. Administrators decide.
    * @default false
    */
    public: boolean;
    /**
    * @description Whether it is left out of lists. Administrators decide.
    * @default false
    */
    hidden: boolean;
    /**
    * @description Virtual machines or bare metal.
    * @default vm
    * @enum {string}
    */
    server_type: "vm" | "bm";
    /**
    * @description Whether masters get a load balancer; several masters need it.
    * @default false
    */
    master_lb_enabled: boolean;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled: boolean;
    /** @description Separated by commas. */
    tags: string | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  BayModelCreate: {
    /** Format: uuid */
    uuid?: string | null;
    /** @description Generated where absent: `omega-7-baymodel`. */
    name?: string | null;
    /**
    * @description Container orchestration engine.
    * @enum {string}
    */
    coe: "kubernetes" | "swarm" | "swarm-mode" | "mesos";
    /** @description Name or id of the image of the nodes; it must have the property `os_distro`. */
    image_id: string;
    /** @description Accepted from Kilo's and Liberty's clients, without effect: name a `keypair_id`. In no answer. */
    ssh_authorized_key?: string | null;
    /** @description Name of the key pair that opens the nodes. */
    keypair_id: string;
    /** @description Name or id of the flavor of the nodes. */
    flavor_id?: string | null;
    /** @description Name or id of the flavor of the masters. */
    master_flavor_id?: string | null;
    /** @description Name or id of the network that bays are reached from. */
    external_network_id?: string | null;
    /** @description Existing network for the nodes; without it each bay makes its own. */
    fixed_network?: string | null;
    /** @description Existing subnet for the nodes. */
    fixed_subnet?: string | null;
    /** @description How containers are networked; the engine's usual one where absent. */
    network_driver?: string | null;
    /** @description How containers get volumes. */
    volume_driver?: string | null;
    /** @description IPv4 address, or several separated by commas. */
    dns_nameserver?: string | null;
    /** @description Kept for older clients; no driver reads it. */
    apiserver_port?: number | null;
    /** @description GB of the volume for images and containers on each node; 3 or more with devicemapper. */
    docker_volume_size?: number | null;
    /** @description `overlay2`, `devicemapper` … */
    docker_storage_driver?: string | null;
    /** @description The image's `os_distro`, always. */
    cluster_distro?: string | null;
    /** @description Proxy of the nodes for http. */
    http_proxy?: string | null;
    /** @description Proxy of the nodes for https. */
    https_proxy?: string | null;
    /** @description Addresses that the nodes reach without the proxy. */
    no_proxy?: string | null;
    /**
    * @description Whether bays run an image registry.
    * @default false
    */
    registry_enabled?: boolean | null;
    /** @description Registry that is spoken to without TLS: `192.0.2.5:5000`. */
    insecure_registry?: string | null;
    /**
    * @description What else the driver should know.
    * @default {}
    */
    labels?: {
      [key: string]: string | number | boolean;
    } | null;
    /**
    * @description Whether the engine is reached without TLS.
    * @default false
    */
    tls_disabled?: boolean | null;
    /**
    * @description Whether every project sees it. Administrators decide.
    * @default false
    */
    public?: boolean | null;
    /**
    * @description Whether it is left out of lists. Administrators decide.
    * @default false
    */
    hidden?: boolean | null;
    /**
    * @description Virtual machines or bare metal.
    * @default vm
    * @enum {string|null}
    */
    server_type?: "vm" | "bm" | null;
    /**
    * @description Whether masters get a load balancer; several masters need it.
    * @default false
    */
    master_lb_enabled?: boolean | null;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled?: boolean | null;
    /** @description Separated by commas. */
    tags?: string | null;
  };
  BayModelList: {
    baymodels: Schemas["BayModel"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  /** @enum {string} */
  BayStatus: "CREATE_IN_PROGRESS" | "CREATE_FAILED" | "CREATE_COMPLETE" | "UPDATE_IN_PROGRESS" | "UPDATE_FAILED" | "UPDATE_COMPLETE" | "DELETE_IN_PROGRESS" | "DELETE_FAILED" | "DELETE_COMPLETE" | "RESUME_COMPLETE" | "RESUME_FAILED" | "RESTORE_COMPLETE" | "ROLLBACK_IN_PROGRESS" | "ROLLBACK_FAILED" | "ROLLBACK_COMPLETE" | "SNAPSHOT_COMPLETE" | "CHECK_COMPLETE" | "ADOPT_COMPLETE";
  Bay: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-bay`. */
    name: string;
    /** @description UUID or name of the bay model. */
    baymodel_id: string;
    /**
    * @description How many worker nodes; none only where the modern wording asked for none.
    * @default 1
    */
    node_count: number;
    /**
    * @description How many masters.
    * @default 1
    */
    master_count: number;
    /**
    * @description Minutes after which creation has failed; 0 for none.
    * @default 60
    */
    bay_create_timeout: number | null;
    /** @description GB; the bay model's where absent. */
    docker_volume_size: number | null;
    /** @description What else the driver should know; the bay model's where absent. */
    labels: {
      [key: string]: string;
    };
    /** @description Flavor of the masters; the bay model's where absent. */
    master_flavor_id: string | null;
    /** @description Flavor of the nodes; the bay model's where absent. */
    flavor_id: string | null;
    /** @description Existing network for the nodes; the bay model's where absent. */
    fixed_network: string | null;
    /** @description Existing subnet for the nodes; the bay model's where absent. */
    fixed_subnet: string | null;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled: boolean;
    /** @description Whether masters get a load balancer; the bay model's where absent. */
    master_lb_enabled: boolean;
    /** @description Where nodes find each other; the server chooses where absent. */
    discovery_url: string | null;
    status: Schemas["BayStatus"];
    status_reason: string | null;
    stack_id: string | null;
    /** @description `tcp://192.0.2.7:2375` of a swarm. */
    api_address: string | null;
    node_addresses: string[];
    master_addresses: string[];
    coe_version: string | null;
    container_version: string | null;
    /** @description Only when it has failed: what failed, and why. */
    bay_faults?: {
      [key: string]: string;
    };
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  BayCreate: {
    /** @description Generated where absent: `omega-7-bay`. */
    name?: string | null;
    /** @description UUID or name of the bay model. */
    baymodel_id: string;
    /**
    * @description How many worker nodes; none only where the modern wording asked for none.
    * @default 1
    */
    node_count?: number | null;
    /**
    * @description How many masters.
    * @default 1
    */
    master_count?: number | null;
    /**
    * @description Minutes after which creation has failed; 0 for none.
    * @default 60
    */
    bay_create_timeout?: number | null;
    /** @description GB; the bay model's where absent. */
    docker_volume_size?: number | null;
    /** @description What else the driver should know; the bay model's where absent. */
    labels?: {
      [key: string]: string | number | boolean;
    } | null;
    /** @description Flavor of the masters; the bay model's where absent. */
    master_flavor_id?: string | null;
    /** @description Flavor of the nodes; the bay model's where absent. */
    flavor_id?: string | null;
    /** @description Existing network for the nodes; the bay model's where absent. */
    fixed_network?: string | null;
    /** @description Existing subnet for the nodes; the bay model's where absent. */
    fixed_subnet?: string | null;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled?: boolean | null;
    /** @description Whether masters get a load balancer; the bay model's where absent. */
    master_lb_enabled?: boolean | null;
    /** @description Where nodes find each other; the server chooses where absent. */
    discovery_url?: string | null;
  };
  BaySummary: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-bay`. */
    name: string;
    /** @description UUID or name of the bay model. */
    baymodel_id: string;
    /**
    * @description How many worker nodes; none only where the modern wording asked for none.
    * @default 1
    */
    node_count: number;
    /**
    * @description How many masters.
    * @default 1
    */
    master_count: number;
    /**
    * @description Minutes after which creation has failed; 0 for none.
    * @default 60
    */
    bay_create_timeout: number | null;
    /** @description GB; the bay model's where absent. */
    docker_volume_size: number | null;
    /** @description What else the driver should know; the bay model's where absent. */
    labels: {
      [key: string]: string;
    };
    /** @description Flavor of the masters; the bay model's where absent. */
    master_flavor_id: string | null;
    /** @description Flavor of the nodes; the bay model's where absent. */
    flavor_id: string | null;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled: boolean;
    stack_id: string | null;
    status: Schemas["BayStatus"];
    links: Schemas["Links"];
  };
  BayList: {
    bays: Schemas["BaySummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  BayDetailList: {
    bays: Schemas["Bay"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  BayEvent: {
    /** @description Grows; pass the last one as `after`. */
    id: number;
    /** Format: date-time */
    at: string;
    /**
    * @description A request was accepted; a conductor began with it; the stack reported a resource; something is tried again; the status changed; no change is in progress any more.
    * @enum {string}
    */
    kind: "accepted" | "claimed" | "stack" | "retry" | "leftover" | "status" | "settled";
    /**
    * @description Who says so: Magnum itself, or the orchestrator about the bay's stack.
    * @enum {string}
    */
    source: "magnum" | "stack";
    /** @description Name of the resource, from the stack down: `worker-7f3a/server`; or the name of the bay or the stack itself. */
    resource: string;
    resource_type: string | null;
    /** @description The neighbour's id of the resource, as far as there is one already. */
    resource_id: string | null;
    status: string;
    /** @description The neighbour's own words. */
    reason: string | null;
  };
  /** @description What creating a bay would make, and whether its project has room for it. Nothing was written or made. */
  BayPlan: {
    /** @description The name that the bay would have. */
    name: string;
    driver: string;
    resources: {
      /** @description Heat's type: `OS::Nova::Server`. */
      type: string;
      count: number;
      /** @description Names in the stack, from the root down: `worker-7f3a/server`. */
      names: string[];
    }[];
    quotas: {
      /** @description `servers`, `vcpus`, `ram_mb` (MiB), `floating_ips`, `gigabytes` (GiB of volumes) and so on. */
      kind: string;
      needed: number;
      /** @description What the project may have; null for any number */
      limit: number | null;
      /** @description What it has; null when the cloud does not report it. */
      used: number | null;
    }[];
    warnings: {
      field: string;
      message: string;
    }[];
    /** @description With `render`. What is known only when the bay is made has a stand-in: ids of accounts, and the range of a subnet that is chosen then. Secrets are `***`. */
    stack?: {
      /** @description The root template. */
      template: {
        [key: string]: unknown;
      };
      /** @description Nested templates and scripts, by their names in the templates. */
      files: {
        [key: string]: string;
      };
      parameters: {
        [key: string]: unknown;
      };
    };
  };
  BayEventList: {
    events: Schemas["BayEvent"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  ClusterTemplate: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-template`. */
    name: string;
    /**
    * @description Container orchestration engine.
    * @enum {string}
    */
    coe: "kubernetes" | "swarm" | "swarm-mode" | "mesos";
    /** @description Name or id of the image of the nodes; it must have the property `os_distro`. */
    image_id: string;
    /** @description Name of the key pair that opens the nodes. */
    keypair_id: string | null;
    /** @description Name or id of the flavor of the nodes. */
    flavor_id: string | null;
    /** @description Name or id of the flavor of the masters. */
    master_flavor_id: string | null;
    /** @description Name or id of the network that clusters are reached from. */
    external_network_id: string | null;
    /** @description Existing network for the nodes; without it each cluster makes its own. */
    fixed_network: string | null;
    /** @description Existing subnet for the nodes. */
    fixed_subnet: string | null;
    /** @description How containers are networked; the engine's usual one where absent. */
    network_driver: string | null;
    /** @description How containers get volumes. */
    volume_driver: string | null;
    /** @description IPv4 address, or several separated by commas. */
    dns_nameserver: string | null;
    /** @description Kept for older clients; no driver reads it. */
    apiserver_port: number | null;
    /** @description GB of the volume for images and containers on each node; 3 or more with devicemapper. */
    docker_volume_size: number | null;
    /** @description `overlay2`, `devicemapper` … */
    docker_storage_driver: string | null;
    /** @description The image's `os_distro`, always. */
    cluster_distro: string | null;
    /** @description Proxy of the nodes for http. */
    http_proxy: string | null;
    /** @description Proxy of the nodes for https. */
    https_proxy: string | null;
    /** @description Addresses that the nodes reach without the proxy. */
    no_proxy: string | null;
    /**
    * @description Whether clusters run an image registry.
    * @default false
    */
    registry_enabled: boolean;
    /** @description Registry that is spoken to without TLS: `192.0.2.5:5000`. */
    insecure_registry: string | null;
    /**
    * @description What else the driver should know.
    * @default {}
    */
    labels: {
      [key: string]: string;
    };
    /**
    * @description Whether the engine is reached without TLS.
    * @default false
    */
    tls_disabled: boolean;
    /**
    * @description Whether every project sees it. Administrators decide.
    * @default false
    */
    public: boolean;
    /**
    * @description Whether it is left out of lists. Administrators decide.
    * @default false
    */
    hidden: boolean;
    /**
    * @description Virtual machines or bare metal.
    * @default vm
    * @enum {string}
    */
    server_type: "vm" | "bm";
    /**
    * @description Whether masters get a load balancer; several masters need it.
    * @default false
    */
    master_lb_enabled: boolean;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled: boolean;
    /** @description Separated by commas. */
    tags: string | null;
    /** @description Which driver makes clusters of it; the usual one for engine and image where absent. */
    driver: string | null;
    project_id: string;
    user_id: string;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  ClusterTemplateCreate: {
    /** Format: uuid */
    uuid?: string | null;
    /** @description Generated where absent: `omega-7-template`. */
    name?: string | null;
    /**
    * @description Container orchestration engine.
    * @enum {string}
    */
    coe: "kubernetes" | "swarm" | "swarm-mode" | "mesos";
    /** @description Name or id of the image of the nodes; it must have the property `os_distro`. */
    image_id: string;
    /** @description Name of the key pair that opens the nodes. */
    keypair_id?: string | null;
    /** @description Name or id of the flavor of the nodes. */
    flavor_id?: string | null;
    /** @description Name or id of the flavor of the masters. */
    master_flavor_id?: string | null;
    /** @description Name or id of the network that clusters are reached from. */
    external_network_id?: string | null;
    /** @description Existing network for the nodes; without it each cluster makes its own. */
    fixed_network?: string | null;
    /** @description Existing subnet for the nodes. */
    fixed_subnet?: string | null;
    /** @description How containers are networked; the engine's usual one where absent. */
    network_driver?: string | null;
    /** @description How containers get volumes. */
    volume_driver?: string | null;
    /** @description IPv4 address, or several separated by commas. */
    dns_nameserver?: string | null;
    /** @description Kept for older clients; no driver reads it. */
    apiserver_port?: number | null;
    /** @description GB of the volume for images and containers on each node; 3 or more with devicemapper. */
    docker_volume_size?: number | null;
    /** @description `overlay2`, `devicemapper` … */
    docker_storage_driver?: string | null;
    /** @description The image's `os_distro`, always. */
    cluster_distro?: string | null;
    /** @description Proxy of the nodes for http. */
    http_proxy?: string | null;
    /** @description Proxy of the nodes for https. */
    https_proxy?: string | null;
    /** @description Addresses that the nodes reach without the proxy. */
    no_proxy?: string | null;
    /**
    * @description Whether clusters run an image registry.
    * @default false
    */
    registry_enabled?: boolean | null;
    /** @description Registry that is spoken to without TLS: `192.0.2.5:5000`. */
    insecure_registry?: string | null;
    /**
    * @description What else the driver should know.
    * @default {}
    */
    labels?: {
      [key: string]: string | number | boolean;
    } | null;
    /**
    * @description Whether the engine is reached without TLS.
    * @default false
    */
    tls_disabled?: boolean | null;
    /**
    * @description Whether every project sees it. Administrators decide.
    * @default false
    */
    public?: boolean | null;
    /**
    * @description Whether it is left out of lists. Administrators decide.
    * @default false
    */
    hidden?: boolean | null;
    /**
    * @description Virtual machines or bare metal.
    * @default vm
    * @enum {string|null}
    */
    server_type?: "vm" | "bm" | null;
    /**
    * @description Whether masters get a load balancer; several masters need it.
    * @default false
    */
    master_lb_enabled?: boolean | null;
    /**
    * @description Whether nodes get floating addresses.
    * @default true
    */
    floating_ip_enabled?: boolean | null;
    /** @description Separated by commas. */
    tags?: string | null;
    /** @description Which driver makes clusters of it; the usual one for engine and image where absent. */
    driver?: string | null;
  };
  ClusterTemplateList: {
    clustertemplates: Schemas["ClusterTemplate"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  Cluster: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-cluster`. */
    name: string;
    /** @description UUID or name of the cluster template. */
    cluster_template_id: string;
    /** @description Name of the key pair that opens the nodes; the cluster template's where absent. */
    keypair: string | null;
    /**
    * @description How many nodes that are no masters. None from 1.10 on.
    * @default 1
    */
    node_count: number;
    /**
    * @description How many masters: an odd number.
    * @default 1
    */
    master_count: number;
    /**
    * @description Minutes after which creation has failed; 0 for none.
    * @default 60
    */
    create_timeout: number | null;
    /** @description GB; the cluster template's where absent. */
    docker_volume_size: number | null;
    /** @description What else the driver should know; the cluster template's where absent. */
    labels: {
      [key: string]: string;
    };
    /**
    * @description Lay the labels over the cluster template's, in place of replacing them. Always false in answers.
    * @default false
    */
    merge_labels: boolean;
    /** @description Labels that differ from the cluster template's, with the template's values. */
    labels_overridden: {
      [key: string]: string;
    };
    /** @description Labels that the cluster template has not. */
    labels_added: {
      [key: string]: string;
    };
    /** @description Labels that only the cluster template has. */
    labels_skipped: {
      [key: string]: string;
    };
    /** @description Flavor of the masters; the cluster template's where absent. */
    master_flavor_id: string | null;
    /** @description Flavor of the nodes; the cluster template's where absent. */
    flavor_id: string | null;
    /** @description Existing network for the nodes; the cluster template's where absent. */
    fixed_network: string | null;
    /** @description Existing subnet for the nodes; the cluster template's where absent. */
    fixed_subnet: string | null;
    /** @description Whether nodes get floating addresses; as the cluster template says where absent. */
    floating_ip_enabled: boolean;
    /** @description Whether masters get a load balancer; as the cluster template says where absent. */
    master_lb_enabled: boolean;
    /** @description Where nodes find each other; the server chooses where absent. */
    discovery_url: string | null;
    status: Schemas["BayStatus"];
    status_reason: string | null;
    /**
    * @description What the last look at the engine found.
    * @enum {string|null}
    */
    health_status: "HEALTHY" | "UNHEALTHY" | "UNKNOWN" | null;
    /** @description What it found of the engine's API and of each node. In a patch: the text of a dictionary. */
    health_status_reason: {
      [key: string]: string;
    } | null;
    /** @description The orchestrator's stack. It stays beside `cluster_id`: programs look for it with the latest version. */
    stack_id: string | null;
    /** @description The same as `stack_id`. */
    cluster_id?: string | null;
    /** @description `https://192.0.2.7:6443`, or `tcp://192.0.2.7:2376` of a swarm. */
    api_address: string | null;
    node_addresses: string[];
    master_addresses: string[];
    coe_version: string | null;
    container_version: string | null;
    /** @description Only when it has failed: the node groups that failed, and why. */
    faults?: {
      [key: string]: string | null;
    };
    project_id: string;
    user_id: string;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  ClusterCreate: {
    /** @description Generated where absent: `omega-7-cluster`. */
    name?: string | null;
    /** @description UUID or name of the cluster template. */
    cluster_template_id: string;
    /** @description Name of the key pair that opens the nodes; the cluster template's where absent. */
    keypair?: string | null;
    /**
    * @description How many nodes that are no masters. None from 1.10 on.
    * @default 1
    */
    node_count?: number | null;
    /**
    * @description How many masters: an odd number.
    * @default 1
    */
    master_count?: number | null;
    /**
    * @description Minutes after which creation has failed; 0 for none.
    * @default 60
    */
    create_timeout?: number | null;
    /** @description GB; the cluster template's where absent. */
    docker_volume_size?: number | null;
    /** @description What else the driver should know; the cluster template's where absent. */
    labels?: {
      [key: string]: string | number | boolean;
    } | null;
    /**
    * @description Lay the labels over the cluster template's, in place of replacing them. Always false in answers.
    * @default false
    */
    merge_labels?: boolean | null;
    /** @description Flavor of the masters; the cluster template's where absent. */
    master_flavor_id?: string | null;
    /** @description Flavor of the nodes; the cluster template's where absent. */
    flavor_id?: string | null;
    /** @description Existing network for the nodes; the cluster template's where absent. */
    fixed_network?: string | null;
    /** @description Existing subnet for the nodes; the cluster template's where absent. */
    fixed_subnet?: string | null;
    /** @description Whether nodes get floating addresses; as the cluster template says where absent. */
    floating_ip_enabled?: boolean | null;
    /** @description Whether masters get a load balancer; as the cluster template says where absent. */
    master_lb_enabled?: boolean | null;
    /** @description Where nodes find each other; the server chooses where absent. */
    discovery_url?: string | null;
  };
  ClusterSummary: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-cluster`. */
    name: string;
    /** @description UUID or name of the cluster template. */
    cluster_template_id: string;
    /** @description Name of the key pair that opens the nodes; the cluster template's where absent. */
    keypair: string | null;
    /**
    * @description How many nodes that are no masters. None from 1.10 on.
    * @default 1
    */
    node_count: number;
    /**
    * @description How many masters: an odd number.
    * @default 1
    */
    master_count: number;
    /** @description GB; the cluster template's where absent. */
    docker_volume_size: number | null;
    /** @description What else the driver should know; the cluster template's where absent. */
    labels: {
      [key: string]: string;
    };
    /**
    * @description Lay the labels over the cluster template's, in place of replacing them. Always false in answers.
    * @default false
    */
    merge_labels: boolean;
    /** @description Flavor of the masters; the cluster template's where absent. */
    master_flavor_id: string | null;
    /** @description Flavor of the nodes; the cluster template's where absent. */
    flavor_id: string | null;
    /**
    * @description Minutes after which creation has failed; 0 for none.
    * @default 60
    */
    create_timeout: number | null;
    status: Schemas["BayStatus"];
    /**
    * @description What the last look at the engine found.
    * @enum {string|null}
    */
    health_status: "HEALTHY" | "UNHEALTHY" | "UNKNOWN" | null;
    /** @description The orchestrator's stack. It stays beside `cluster_id`: programs look for it with the latest version. */
    stack_id: string | null;
    /** @description The same as `stack_id`. */
    cluster_id?: string | null;
    links: Schemas["Links"];
  };
  ClusterList: {
    clusters: Schemas["ClusterSummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  ClusterDetailList: {
    clusters: Schemas["Cluster"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  Driver: {
    name: string;
    /** @description What it can serve. */
    platforms: {
      /** @enum {string} */
      server_type: "vm" | "bm";
      /** @description The image's `os_distro`. */
      distro: string;
      /** @enum {string} */
      coe: "kubernetes" | "swarm" | "swarm-mode" | "mesos";
    }[];
    labels: {
      name: string;
      /** @enum {string} */
      type: "string" | "boolean" | "integer" | "cidr" | "quantity";
      /** @description What counts where the label is absent; null for nothing. */
      default: string | null;
      /** @description The only values that it takes; null for any. */
      one_of: string[] | null;
      minimum: number | null;
      maximum: number | null;
      meaning: string;
    }[];
    links: Schemas["Links"];
  };
  DriverList: {
    drivers: Schemas["Driver"][];
  };
  /** @description A server of a bay; or, where `bay_uuid` is null, the record of one that belongs to no bay. */
  Node: {
    /** Format: uuid */
    uuid: string;
    /** @description Host name, unique in its bay: `worker-7f3a`. */
    name: string | null;
    /** @description `vm` or `bm` in bays; any text in records. */
    type: string | null;
    image_id: string | null;
    ironic_node_id: string | null;
    /** Format: uuid */
    bay_uuid: string | null;
    /** @description Name of the node group. */
    nodegroup: string | null;
    /** @enum {string|null} */
    role: "master" | "worker" | null;
    /** @enum {string|null} */
    status: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED" | "DELETE_IN_PROGRESS" | "DELETE_FAILED" | null;
    status_reason: string | null;
    server_id: string | null;
    /** @description Address in the bay's own network. */
    private_address: string | null;
    /** @description Floating address, where the bay has them. */
    public_address: string | null;
    /**
    * @description What the bay's engine says, now.
    * @enum {string}
    */
    state: "ready" | "down" | "unknown";
    /** @description What the engine will place here: `active`, `pause`, `drain`. */
    availability: string | null;
    /** @description Whether this master leads the others. */
    leader: boolean;
    engine_version: string | null;
    /** @description How many tasks run here; null for an engine whose workloads the service does not count. */
    workloads: number | null;
    /** @description What the node offers to workloads, and how much of it they have, by the engine's names: `cpus`, `mem` in MiB. Null for an engine that is not asked. */
    resources: {
      [key: string]: {
        total: number;
        used: number;
      };
    } | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  NodeCreate: {
    /** @description `vm` or `bm` in bays; any text in records. */
    type?: string | null;
    image_id?: string | null;
    ironic_node_id?: string | null;
  };
  NodeSummary: {
    /** Format: uuid */
    uuid: string;
    /** @description Host name, unique in its bay: `worker-7f3a`. */
    name: string | null;
    /** @description `vm` or `bm` in bays; any text in records. */
    type: string | null;
    image_id: string | null;
    ironic_node_id: string | null;
    /** Format: uuid */
    bay_uuid: string | null;
    /** @description Name of the node group. */
    nodegroup: string | null;
    /** @enum {string|null} */
    role: "master" | "worker" | null;
    /** @enum {string|null} */
    status: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED" | "DELETE_IN_PROGRESS" | "DELETE_FAILED" | null;
    /** @description Address in the bay's own network. */
    private_address: string | null;
    /** @description Floating address, where the bay has them. */
    public_address: string | null;
    /**
    * @description What the bay's engine says, now.
    * @enum {string}
    */
    state: "ready" | "down" | "unknown";
    /** @description What the engine will place here: `active`, `pause`, `drain`. */
    availability: string | null;
    /** @description Whether this master leads the others. */
    leader: boolean;
    links: Schemas["Links"];
  };
  NodeList: {
    nodes: Schemas["NodeSummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  NodeDetailList: {
    nodes: Schemas["Node"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  Container: {
    /** Format: uuid */
    uuid: string;
    name: string | null;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description Image to run: `nginx:stable`. It must be given. */
    image: string;
    /** @description What Kilo's clients call `image`. In no answer. */
    image_id?: string | null;
    /** @description Command to run in place of the image's own. */
    command: string | null;
    /**
    * @description What the bay's engine says, now.
    * @enum {string}
    */
    status: "Error" | "Running" | "Stopped" | "Paused" | "Unknown";
    /** @description Why the status is what it is. */
    status_reason: string | null;
    /** @description Limit of its memory: `512m`. */
    memory: string | null;
    /** @description Environment variables. */
    environment: {
      [key: string]: string;
    };
    /** @description Name of the node that runs it, when known. */
    node: string | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  ContainerCreate: {
    name?: string | null;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description Image to run: `nginx:stable`. It must be given. */
    image?: string | null;
    /** @description What Kilo's clients call `image`. In no answer. */
    image_id?: string | null;
    /** @description Command to run in place of the image's own. */
    command?: string | null;
    /** @description Limit of its memory: `512m`. */
    memory?: string | null;
    /** @description Environment variables. */
    environment?: {
      [key: string]: string | number | boolean;
    } | null;
  };
  ContainerSummary: {
    /** Format: uuid */
    uuid: string;
    name: string | null;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description Image to run: `nginx:stable`. It must be given. */
    image: string;
    /** @description Command to run in place of the image's own. */
    command: string | null;
    /**
    * @description What the bay's engine says, now.
    * @enum {string}
    */
    status: "Error" | "Running" | "Stopped" | "Paused" | "Unknown";
    /** @description Limit of its memory: `512m`. */
    memory: string | null;
    /** @description Environment variables. */
    environment: {
      [key: string]: string;
    };
    links: Schemas["Links"];
  };
  ContainerList: {
    containers: Schemas["ContainerSummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  ContainerDetailList: {
    containers: Schemas["Container"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  Pod: {
    /** @description Kubernetes' own uid. */
    uuid: string;
    name: string;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    labels: {
      [key: string]: string;
    };
    desc: string | null;
    images: string[];
    /** @description Its phase: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
    status: string | null;
    /** @description The node that runs it. */
    host: string | null;
    /** @description The object, YAML or JSON. Wins over `manifest_url`. */
    manifest?: string | null;
    /** @description Where the manifest is, on a host that the operator allows. */
    manifest_url?: string | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  PodCreate: {
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description The object, YAML or JSON. Wins over `manifest_url`. */
    manifest?: string | null;
    /** @description Where the manifest is, on a host that the operator allows. */
    manifest_url?: string | null;
  };
  PodSummary: {
    /** @description Kubernetes' own uid. */
    uuid: string;
    name: string;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    labels: {
      [key: string]: string;
    };
    desc: string | null;
    images: string[];
    /** @description Its phase: `Pending`, `Running`, `Succeeded`, `Failed`, `Unknown`. */
    status: string | null;
    /** @description The node that runs it. */
    host: string | null;
    links: Schemas["Links"];
  };
  PodList: {
    pods: Schemas["PodSummary"][];
  };
  PodDetailList: {
    pods: Schemas["Pod"][];
  };
  Service: {
    /** @description Kubernetes' own uid. */
    uuid: string;
    name: string;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    labels: {
      [key: string]: string;
    };
    selector: {
      [key: string]: string;
    };
    ip: string | null;
    ports: Record<string, never>[];
    /** @description The object, YAML or JSON. Wins over `manifest_url`. */
    manifest?: string | null;
    /** @description Where the manifest is, on a host that the operator allows. */
    manifest_url?: string | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  ServiceCreate: {
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description The object, YAML or JSON. Wins over `manifest_url`. */
    manifest?: string | null;
    /** @description Where the manifest is, on a host that the operator allows. */
    manifest_url?: string | null;
  };
  ServiceSummary: {
    /** @description Kubernetes' own uid. */
    uuid: string;
    name: string;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    labels: {
      [key: string]: string;
    };
    selector: {
      [key: string]: string;
    };
    ip: string | null;
    ports: Record<string, never>[];
    links: Schemas["Links"];
  };
  ServiceList: {
    services: Schemas["ServiceSummary"][];
  };
  ServiceDetailList: {
    services: Schemas["Service"][];
  };
  ReplicationController: {
    /** @description Kubernetes' own uid. */
    uuid: string;
    name: string;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    labels: {
      [key: string]: string;
    };
    images: string[];
    replicas: number | null;
    /** @description The object, YAML or JSON. Wins over `manifest_url`. */
    manifest?: string | null;
    /** @description Where the manifest is, on a host that the operator allows. */
    manifest_url?: string | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  ReplicationControllerCreate: {
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description The object, YAML or JSON. Wins over `manifest_url`. */
    manifest?: string | null;
    /** @description Where the manifest is, on a host that the operator allows. */
    manifest_url?: string | null;
  };
  ReplicationControllerSummary: {
    /** @description Kubernetes' own uid. */
    uuid: string;
    name: string;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    labels: {
      [key: string]: string;
    };
    images: string[];
    replicas: number | null;
    links: Schemas["Links"];
  };
  ReplicationControllerList: {
    rcs: Schemas["ReplicationControllerSummary"][];
  };
  ReplicationControllerDetailList: {
    rcs: Schemas["ReplicationController"][];
  };
  X509KeyPair: {
    /** Format: uuid */
    uuid: string;
    name: string | null;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description Certificate of the authority, PEM. */
    ca_cert: string | null;
    /** @description Certificate, PEM. */
    certificate: string | null;
    /** @description Its private key, PEM. Null in lists, and for everybody but the member who made the pair and administrators. */
    private_key: string | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  X509KeyPairCreate: {
    name?: string | null;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description Certificate of the authority, PEM. */
    ca_cert?: string | null;
    /** @description Certificate, PEM. */
    certificate?: string | null;
    /** @description Its private key, PEM. Null in lists, and for everybody but the member who made the pair and administrators. */
    private_key?: string | null;
  };
  X509KeyPairSummary: {
    /** Format: uuid */
    uuid: string;
    name: string | null;
    /** @description UUID or name of the bay. */
    bay_uuid: string;
    /** @description Certificate of the authority, PEM. */
    ca_cert: string | null;
    /** @description Certificate, PEM. */
    certificate: string | null;
    /** @description Its private key, PEM. Null in lists, and for everybody but the member who made the pair and administrators. */
    private_key: string | null;
    links: Schemas["Links"];
  };
  X509KeyPairList: {
    x509keypairs: Schemas["X509KeyPairSummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  X509KeyPairDetailList: {
    x509keypairs: Schemas["X509KeyPair"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  /** @description `bay_uuid` and `cluster_uuid` say the same. */
  Certificate: {
    /** Format: uuid */
    bay_uuid: string;
    /** Format: uuid */
    cluster_uuid: string;
    /** @description In the answer to a signing request: that request. */
    csr?: string;
    pem: string;
    ca_cert_type?: string;
    links: Schemas["Links"];
  };
  Enrolment: {
    /** @description What the user data of the node's server holds. */
    token: string;
    /** @description What the node has made for itself. */
    secret: string;
  };
  CertificateCreate: {
    /** @description UUID or name of the bay. */
    bay_uuid?: string | null;
    /** @description The same, in the modern wording. */
    cluster_uuid?: string | null;
    /** @description Certificate signing request, PEM. */
    csr: string;
    /** @description Which authority: `kubernetes` (default), `etcd`, `front-proxy`; any other text is the main one. */
    ca_cert_type?: string | null;
    /** @description Seconds until the certificate ends; a day where absent, at most 30 days. Nodes have a term of their own. An extension. */
    valid_for?: number | null;
    /** @description For nodes: which of the certificates of the bay's driver; 403 where the node's role has none of that name. An extension. */
    profile?: string | null;
    /** @description Accepted without effect. */
    pem?: string | null;
  } | unknown | unknown;
  /** @description `bay_uuid` and `cluster_uuid` say the same. */
  ClientConfig: {
    /** Format: uuid */
    bay_uuid: string;
    /** Format: uuid */
    cluster_uuid: string;
    /** @description Name of the bay. */
    name: string;
    /** @enum {string} */
    coe: "kubernetes" | "swarm" | "swarm-mode" | "mesos";
    api_address: string;
    /**
    * Format: date-time
    * @description When the client certificate ends; null for a bay without TLS.
    */
    expires_at: string | null;
    /** @description Where a `csr` was sent: the text in the files where the caller's key, PEM, belongs, in base64 where the file has base64 there. Null: the files are whole. */
    key_placeholder: string | null;
    /** @description Text by file name: `config` (a kubeconfig), or `ca.pem`, `cert.pem` and `key.pem`; none for a Swarm bay without TLS. */
    files: {
      [key: string]: string;
    };
    /** @description Variables that the client reads. */
    environment: {
      [key: string]: string;
    };
    /** @description Variables that name a place: a file by its name, or with an empty text the folder of the files. */
    places: {
      [key: string]: string;
    };
  };
  Credential: {
    /** Format: uuid */
    cluster_uuid: string;
    /** @description Which of the bay's credentials this is, counted from 0. */
    generation: number;
    /** @description Id of the account. */
    user_id: string;
    /** @description Null where the caller holds this credential already. */
    password: string | null;
    /** @description The nodes' trust of the bay's owner, where they have one. */
    trust_id: string | null;
    /** @description Private addresses of the bay's masters, as far as they are known: where nodes reach the engine's API when there is no load balancer. */
    control_planes: string[];
    links: Schemas["Links"];
  };
  BaySecrets: {
    /** Format: uuid */
    cluster_uuid: string;
    /** @description Of several of one name the first one signs or encrypts, and the others only verify or decrypt. */
    secrets: Schemas["BaySecret"][];
    links: Schemas["Links"];
  };
  BaySecret: {
    /** @description Which of the driver's secrets this is. */
    name: string;
    /** @enum {string} */
    material: "key-pair" | "authority" | "random-key";
    /** @description Which value of the secret this is, counted from 0. */
    generation: number;
    /** @description Of an `authority`, PEM. */
    certificate?: string;
    /** @description Of a `key-pair`: PEM, SubjectPublicKeyInfo. */
    public_key?: string;
    /** @description Of a `key-pair` or an `authority`: PEM, PKCS #8; absent from a pair whose signatures are only verified. */
    private_key?: string;
    /** @description Of a `random-key`: 32 bytes, base64. */
    key?: string;
  };
  Addons: {
    /** Format: uuid */
    cluster_uuid: string;
    /** @description In the order in which they are applied. */
    addons: Schemas["Addon"][];
    links: Schemas["Links"];
  };
  Addon: {
    name: string;
    /** @description Tag of its main image. */
    version: string;
    /** @description Every image that it needs. */
    images: string[];
    /** @description As the engine takes them, in their order. */
    objects: {
      [key: string]: unknown;
    }[];
  };
  ClusterResize: {
    /** @description How many nodes the group is to have; none only from 1.10 on. */
    node_count: number;
    /** @description Nodes that are to go. */
    nodes_to_remove?: string[] | null;
    /** @description UUID, name or number of the node group; the default workers where absent. */
    nodegroup?: string | null;
  };
  ClusterUpgrade: {
    /** @description UUID or name of the cluster template. */
    cluster_template: string;
    /**
    * @description Nodes that are replaced at a time, at most.
    * @default 1
    */
    max_batch_size?: number | null;
    /** @description UUID, name or number of the node group; the default groups where absent. */
    nodegroup?: string | null;
  };
  NodeGroup: {
    id: number;
    /** Format: uuid */
    uuid: string;
    /** @description Unique in the cluster. */
    name: string;
    /** Format: uuid */
    cluster_id: string;
    project_id: string;
    /** @description GB of the volume for images and containers on each node; the cluster's where absent. */
    docker_volume_size: number | null;
    /** @description What else the driver should know; the cluster's where absent. */
    labels: {
      [key: string]: string;
    };
    /**
    * @description Lay the labels over the cluster's, in place of replacing them. Always false in answers.
    * @default false
    */
    merge_labels: boolean;
    /** @description Labels that differ from the cluster's, with the cluster's values. */
    labels_overridden: {
      [key: string]: string;
    };
    /** @description Labels that the cluster has not. */
    labels_added: {
      [key: string]: string;
    };
    /** @description Labels that only the cluster has. */
    labels_skipped: {
      [key: string]: string;
    };
    /** @description Name or id of the nodes' flavor; the cluster's where absent. */
    flavor_id: string | null;
    /** @description Name or id of the nodes' image; the cluster template's where absent. */
    image_id: string;
    node_addresses: string[];
    /**
    * @description How many nodes.
    * @default 1
    */
    node_count: number;
    /**
    * @description A word of your choice; `master` is the default group's alone.
    * @default worker
    */
    role: string;
    /**
    * @description The group is never made smaller.
    * @default 0
    */
    min_node_count: number;
    /** @description The group is never made larger; 0 or absent for no limit. */
    max_node_count: number | null;
    is_default: boolean;
    stack_id: string | null;
    status: Schemas["BayStatus"];
    status_reason: string | null;
    /** @description Whatever you want to note. */
    version: string | null;
    /** @description Labels of the nodes in the engine (Kubernetes). */
    node_labels: {
      [key: string]: string;
    } | null;
    /** @description Taints of the nodes in the engine (Kubernetes): `{key, value, effect}`, or text such as `key=value:NoSchedule`. */
    node_taints: {
      key: string;
      value?: string;
      /** @enum {string} */
      effect: "NoSchedule" | "PreferNoSchedule" | "NoExecute";
    }[] | null;
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  NodeGroupCreate: {
    /** @description Unique in the cluster. */
    name: string;
    /** @description GB of the volume for images and containers on each node; the cluster's where absent. */
    docker_volume_size?: number | null;
    /** @description What else the driver should know; the cluster's where absent. */
    labels?: {
      [key: string]: string | number | boolean;
    } | null;
    /**
    * @description Lay the labels over the cluster's, in place of replacing them. Always false in answers.
    * @default false
    */
    merge_labels?: boolean | null;
    /** @description Name or id of the nodes' flavor; the cluster's where absent. */
    flavor_id?: string | null;
    /** @description Name or id of the nodes' image; the cluster template's where absent. */
    image_id?: string | null;
    /**
    * @description How many nodes.
    * @default 1
    */
    node_count?: number | null;
    /**
    * @description A word of your choice; `master` is the default group's alone.
    * @default worker
    */
    role?: string | null;
    /**
    * @description The group is never made smaller.
    * @default 0
    */
    min_node_count?: number | null;
    /** @description The group is never made larger; 0 or absent for no limit. */
    max_node_count?: number | null;
    /** @description Whatever you want to note. */
    version?: string | null;
    /** @description Labels of the nodes in the engine (Kubernetes). */
    node_labels?: {
      [key: string]: string | number | boolean;
    } | null;
    /** @description Taints of the nodes in the engine (Kubernetes): `{key, value, effect}`, or text such as `key=value:NoSchedule`. */
    node_taints?: {
      [key: string]: unknown;
    }[] | null;
  };
  NodeGroupSummary: {
    /** Format: uuid */
    uuid: string;
    /** @description Unique in the cluster. */
    name: string;
    /** @description Name or id of the nodes' flavor; the cluster's where absent. */
    flavor_id: string | null;
    /** @description Name or id of the nodes' image; the cluster template's where absent. */
    image_id: string;
    /**
    * @description How many nodes.
    * @default 1
    */
    node_count: number;
    /**
    * @description A word of your choice; `master` is the default group's alone.
    * @default worker
    */
    role: string;
    /**
    * @description The group is never made smaller.
    * @default 0
    */
    min_node_count: number;
    /** @description The group is never made larger; 0 or absent for no limit. */
    max_node_count: number | null;
    /**
    * @description Lay the labels over the cluster's, in place of replacing them. Always false in answers.
    * @default false
    */
    merge_labels: boolean;
    is_default: boolean;
    stack_id: string | null;
    status: Schemas["BayStatus"];
  };
  NodeGroupList: {
    nodegroups: Schemas["NodeGroupSummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  NodeGroupNode: {
    /** Format: uuid */
    uuid: string;
    /** @description Host name, unique in the cluster: `worker-7f3a`. */
    name: string;
    /** Format: uuid */
    cluster_id: string;
    /** @description Name of the node group. */
    nodegroup: string;
    /** @enum {string} */
    role: "master" | "worker";
    /**
    * Format: uuid
    * @description The cluster template that the node was made of; an upgrade replaces nodes of others.
    */
    cluster_template_id: string;
    image_id: string;
    /** @enum {string} */
    status: "CREATE_IN_PROGRESS" | "CREATE_COMPLETE" | "CREATE_FAILED" | "UPDATE_IN_PROGRESS" | "UPDATE_COMPLETE" | "UPDATE_FAILED" | "DELETE_IN_PROGRESS" | "DELETE_FAILED";
    status_reason: string | null;
    server_id: string | null;
    /** @description Address in the cluster's own network. */
    private_address: string | null;
    /** @description Floating address, where the cluster has them. */
    public_address: string | null;
    /**
    * @description What the cluster's engine says, now.
    * @enum {string}
    */
    state: "ready" | "down" | "unknown";
    /** @description What the engine will place here: `active`, `pause`, `drain`. */
    availability: string | null;
    leader: boolean;
    engine_version: string | null;
    /** @description How many tasks run here; null for an engine whose workloads the service does not count. */
    workloads: number | null;
    /** @description What the node offers to workloads, and how much of it they have, by the engine's names: `cpus`, `mem` in MiB. Null for an engine that is not asked. */
    resources: {
      [key: string]: {
        total: number;
        used: number;
      };
    } | null;
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  NodeGroupNodeList: {
    nodes: Schemas["NodeGroupNode"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  Quota: {
    /** @description Absent where the default applies. */
    id?: number;
    /** @description Id of the project. */
    project_id: string;
    /**
    * @description What is limited.
    * @default Cluster
    * @enum {string}
    */
    resource: "Cluster";
    /**
    * @description How many there may be.
    * @default 1
    */
    hard_limit: number;
    /** Format: date-time */
    created_at?: string;
    /** Format: date-time */
    updated_at?: string | null;
  };
  QuotaCreate: {
    /** @description Id of the project. */
    project_id?: string | null;
    /**
    * @description What is limited.
    * @default Cluster
    * @enum {string|null}
    */
    resource?: "Cluster" | null;
    /**
    * @description How many there may be.
    * @default 1
    */
    hard_limit?: number | null;
  };
  QuotaList: {
    quotas: Schemas["Quota"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  Stats: {
    clusters: number;
    /** @description Of all node groups, masters included. */
    nodes: number;
  };
  Federation: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-federation`. */
    name: string;
    /** @description UUID or name of the cluster that hosts the federation. */
    hostcluster_id: string;
    /** @description UUIDs of the clusters that have joined. */
    member_ids: string[];
    /** @enum {string} */
    status: "CREATE_IN_PROGRESS" | "CREATE_FAILED" | "CREATE_COMPLETE" | "UPDATE_IN_PROGRESS" | "UPDATE_FAILED" | "UPDATE_COMPLETE" | "DELETE_IN_PROGRESS" | "DELETE_FAILED" | "DELETE_COMPLETE";
    status_reason: string | null;
    /** @description Must hold `dns-zone`. */
    properties: {
      [key: string]: string;
    };
    links: Schemas["Links"];
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  FederationCreate: {
    /** @description Generated where absent: `omega-7-federation`. */
    name?: string | null;
    /** @description UUID or name of the cluster that hosts the federation. */
    hostcluster_id: string;
    /** @description Must hold `dns-zone`. */
    properties: {
      [key: string]: string;
    };
  };
  FederationSummary: {
    /** Format: uuid */
    uuid: string;
    /** @description Generated where absent: `omega-7-federation`. */
    name: string;
    /** @description UUID or name of the cluster that hosts the federation. */
    hostcluster_id: string;
    /** @description UUIDs of the clusters that have joined. */
    member_ids: string[];
    /** @enum {string} */
    status: "CREATE_IN_PROGRESS" | "CREATE_FAILED" | "CREATE_COMPLETE" | "UPDATE_IN_PROGRESS" | "UPDATE_FAILED" | "UPDATE_COMPLETE" | "DELETE_IN_PROGRESS" | "DELETE_FAILED" | "DELETE_COMPLETE";
    /** @description Must hold `dns-zone`. */
    properties: {
      [key: string]: string;
    };
    links: Schemas["Links"];
  };
  FederationList: {
    federations: Schemas["FederationSummary"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  FederationDetailList: {
    federations: Schemas["Federation"][];
    /** @description Address of the next page; present when this page is full. */
    next?: string;
  };
  MagnumService: {
    id: number;
    host: string;
    /** @enum {string} */
    binary: "magnum-conductor";
    /** @enum {string} */
    state: "up" | "down";
    report_count: number;
    disabled: boolean;
    disabled_reason: string | null;
    /** Format: date-time */
    created_at: string;
    /** Format: date-time */
    updated_at: string | null;
  };
  MagnumServiceList: {
    mservices: Schemas["MagnumService"][];
  };
}

/** The fields of each resource that a change may set. `fixed`: their value may change, and may not be removed. */
export interface PatchableFields {
  readonly Bay: {
    readonly node_count: 'removable';
  };
  readonly BayModel: {
    readonly name: 'removable';
    readonly coe: 'fixed';
    readonly image_id: 'fixed';
    readonly keypair_id: 'fixed';
    readonly flavor_id: 'removable';
    readonly master_flavor_id: 'removable';
    readonly external_network_id: 'fixed';
    readonly fixed_network: 'removable';
    readonly fixed_subnet: 'removable';
    readonly network_driver: 'fixed';
    readonly volume_driver: 'removable';
    readonly dns_nameserver: 'removable';
    readonly apiserver_port: 'removable';
    readonly docker_volume_size: 'removable';
    readonly docker_storage_driver: 'removable';
    readonly cluster_distro: 'fixed';
    readonly http_proxy: 'removable';
    readonly https_proxy: 'removable';
    readonly no_proxy: 'removable';
    readonly registry_enabled: 'fixed';
    readonly insecure_registry: 'removable';
    readonly labels: 'removable';
    readonly tls_disabled: 'fixed';
    readonly public: 'fixed';
    readonly hidden: 'fixed';
    readonly server_type: 'fixed';
    readonly master_lb_enabled: 'removable';
    readonly floating_ip_enabled: 'removable';
    readonly tags: 'removable';
  };
  readonly Cluster: {
    readonly node_count: 'removable';
    readonly health_status: 'removable';
    readonly health_status_reason: 'removable';
  };
  readonly ClusterTemplate: {
    readonly name: 'removable';
    readonly coe: 'fixed';
    readonly image_id: 'fixed';
    readonly keypair_id: 'removable';
    readonly flavor_id: 'removable';
    readonly master_flavor_id: 'removable';
    readonly external_network_id: 'fixed';
    readonly fixed_network: 'removable';
    readonly fixed_subnet: 'removable';
    readonly network_driver: 'fixed';
    readonly volume_driver: 'removable';
    readonly dns_nameserver: 'removable';
    readonly apiserver_port: 'removable';
    readonly docker_volume_size: 'removable';
    readonly docker_storage_driver: 'removable';
    readonly cluster_distro: 'fixed';
    readonly http_proxy: 'removable';
    readonly https_proxy: 'removable';
    readonly no_proxy: 'removable';
    readonly registry_enabled: 'fixed';
    readonly insecure_registry: 'removable';
    readonly labels: 'removable';
    readonly tls_disabled: 'fixed';
    readonly public: 'fixed';
    readonly hidden: 'fixed';
    readonly server_type: 'fixed';
    readonly master_lb_enabled: 'removable';
    readonly floating_ip_enabled: 'removable';
    readonly tags: 'removable';
    readonly driver: 'removable';
  };
  readonly Container: {
    readonly name: 'removable';
    readonly image: 'fixed';
    readonly command: 'removable';
    readonly memory: 'removable';
    readonly environment: 'removable';
  };
  readonly Federation: {
    readonly properties: 'fixed';
  };
  readonly Node: {
    readonly type: 'removable';
    readonly image_id: 'removable';
    readonly ironic_node_id: 'removable';
  };
  readonly NodeGroup: {
    readonly min_node_count: 'removable';
    readonly max_node_count: 'removable';
    readonly node_labels: 'removable';
  };
  readonly Pod: {
    readonly manifest: 'removable';
    readonly manifest_url: 'removable';
  };
  readonly ReplicationController: {
    readonly manifest: 'removable';
    readonly manifest_url: 'removable';
  };
  readonly Service: {
    readonly manifest: 'removable';
    readonly manifest_url: 'removable';
  };
}

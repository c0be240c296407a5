// Generated from magnum.yaml by `npm run generate`. Do not edit.
// The rows have the type `Operation` of src/operation.ts, which src/table.ts gives them.
export type OperationId =
  | "getVersions"
  | "getV1"
  | "listBayModels"
  | "createBayModel"
  | "listBayModelsDetail"
  | "getBayModel"
  | "updateBayModel"
  | "deleteBayModel"
  | "listBays"
  | "createBay"
  | "listBaysDetail"
  | "getBay"
  | "updateBay"
  | "deleteBay"
  | "getBayConfig"
  | "listBayEvents"
  | "loadBayImage"
  | "listClusterTemplates"
  | "createClusterTemplate"
  | "listClusterTemplatesDetail"
  | "getClusterTemplate"
  | "updateClusterTemplate"
  | "deleteClusterTemplate"
  | "listClusters"
  | "createCluster"
  | "listClustersDetail"
  | "getCluster"
  | "updateCluster"
  | "deleteCluster"
  | "getClusterConfig"
  | "listClusterEvents"
  | "loadClusterImage"
  | "resizeCluster"
  | "upgradeCluster"
  | "listNodeGroups"
  | "createNodeGroup"
  | "getNodeGroup"
  | "updateNodeGroup"
  | "deleteNodeGroup"
  | "listNodeGroupNodes"
  | "listDrivers"
  | "getDriver"
  | "listNodes"
  | "createNode"
  | "listNodesDetail"
  | "getNode"
  | "updateNode"
  | "deleteNode"
  | "listContainers"
  | "createContainer"
  | "listContainersDetail"
  | "getContainer"
  | "updateContainer"
  | "deleteContainer"
  | "startContainer"
  | "stopContainer"
  | "rebootContainer"
  | "pauseContainer"
  | "unpauseContainer"
  | "getContainerLogs"
  | "executeContainer"
  | "listPods"
  | "createPod"
  | "listPodsDetail"
  | "getPod"
  | "updatePod"
  | "deletePod"
  | "getPodOfBay"
  | "updatePodOfBay"
  | "deletePodOfBay"
  | "listServices"
  | "createService"
  | "listServicesDetail"
  | "getService"
  | "updateService"
  | "deleteService"
  | "getServiceOfBay"
  | "updateServiceOfBay"
  | "deleteServiceOfBay"
  | "listReplicationControllers"
  | "createReplicationController"
  | "listReplicationControllersDetail"
  | "getReplicationController"
  | "updateReplicationController"
  | "deleteReplicationController"
  | "getReplicationControllerOfBay"
  | "updateReplicationControllerOfBay"
  | "deleteReplicationControllerOfBay"
  | "listX509KeyPairs"
  | "createX509KeyPair"
  | "listX509KeyPairsDetail"
  | "getX509KeyPair"
  | "deleteX509KeyPair"
  | "createCertificate"
  | "getCertificate"
  | "rotateCertificate"
  | "getCredential"
  | "rotateCredential"
  | "getBaySecrets"
  | "getAddons"
  | "enrolNode"
  | "confirmCredential"
  | "listQuotas"
  | "createQuota"
  | "getQuota"
  | "updateQuota"
  | "deleteQuota"
  | "getStats"
  | "listFederations"
  | "createFederation"
  | "listFederationsDetail"
  | "getFederation"
  | "updateFederation"
  | "deleteFederation"
  | "listMagnumServices";

export declare const MIN_VERSION: string;
export declare const MAX_VERSION: string;
export declare const operations: { readonly [Id in OperationId]: object };

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

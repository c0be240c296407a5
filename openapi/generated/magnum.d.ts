// Generated from magnum.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the versions of the API */
        get: operations["getVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Show version 1 of the API and its resources */
        get: operations["getV1"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/baymodels": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List bay models */
        get: operations["listBayModels"];
        put?: never;
        /** Create a bay model */
        post: operations["createBayModel"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/baymodels/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List bay models with all their fields */
        get: operations["listBayModelsDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/baymodels/{baymodel_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay model. */
                baymodel_ident: components["parameters"]["baymodel_ident"];
            };
            cookie?: never;
        };
        /** Show a bay model */
        get: operations["getBayModel"];
        put?: never;
        post?: never;
        /**
         * Delete a bay model
         * @description Refused (400) while a bay uses it.
         */
        delete: operations["deleteBayModel"];
        options?: never;
        head?: never;
        /**
         * Change a bay model
         * @description A bay model that bays use can only be renamed, tagged, hidden, or made public.
         */
        patch: operations["updateBayModel"];
        trace?: never;
    };
    "/v1/bays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List bays */
        get: operations["listBays"];
        put?: never;
        /**
         * Create a bay
         * @description From 1.2 the request is accepted at once, and the bay's status shows the result. At 1.1 the answer waits until the orchestrator has taken or refused the bay's stack.
         */
        post: operations["createBay"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bays/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List bays with all their fields */
        get: operations["listBaysDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bays/{bay_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        /** Show a bay */
        get: operations["getBay"];
        put?: never;
        post?: never;
        /**
         * Delete a bay
         * @description Accepted in every state but deleting. The bay is visible until all that belongs to it is gone.
         */
        delete: operations["deleteBay"];
        options?: never;
        head?: never;
        /** Change the number of a bay's nodes */
        patch: operations["updateBay"];
        trace?: never;
    };
    "/v1/bays/{bay_ident}/config": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        /**
         * Make what a client needs to reach a bay
         * @description An extension. A new key, a client certificate that ends soon, and the authority's certificate, as the files that the engine's own client reads: a kubeconfig, or what `DOCKER_CERT_PATH` names. The key is made for this answer and kept nowhere; where it should never leave the client, send a request of one's own (`csr`) and put the key where `key_placeholder` stands. 409 while the bay has no address.
         */
        get: operations["getBayConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bays/{bay_ident}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        /**
         * List what has happened to a bay
         * @description An extension, oldest first. Pass the last id seen as `after` to read on. Asked for as `text/event-stream`, the events come as they happen (server-sent events, one JSON object each, with its id); `Last-Event-ID` reads on after a lost connection. The stream ends with an event `gone` when the bay is deleted, and after 15 minutes otherwise: connect again.
         */
        get: operations["listBayEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/bays/{bay_ident}/images": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Copy an image to the nodes of a bay
         * @description An extension, of a service that stands beside a Docker Engine, as `magnum dev` does: the image is copied from there, so that containers of the bay run it without a registry. 400 where that engine has no such image, where there is no such engine, and where the bay's engine takes no images; 409 while the bay has no address. The answer comes when all nodes have it, which may take minutes.
         */
        post: operations["loadBayImage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clustertemplates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List cluster templates
         * @description Administrators see those of every project.
         */
        get: operations["listClusterTemplates"];
        put?: never;
        /** Create a cluster template */
        post: operations["createClusterTemplate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clustertemplates/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List cluster templates with all their fields */
        get: operations["listClusterTemplatesDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clustertemplates/{clustertemplate_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster template. */
                clustertemplate_ident: components["parameters"]["clustertemplate_ident"];
            };
            cookie?: never;
        };
        /** Show a cluster template */
        get: operations["getClusterTemplate"];
        put?: never;
        post?: never;
        /**
         * Delete a cluster template
         * @description Refused (400) while a cluster uses it.
         */
        delete: operations["deleteClusterTemplate"];
        options?: never;
        head?: never;
        /**
         * Change a cluster template
         * @description A cluster template that clusters use can only be renamed, tagged, hidden, or made public.
         */
        patch: operations["updateClusterTemplate"];
        trace?: never;
    };
    "/v1/clusters": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List clusters
         * @description Administrators see those of every project.
         */
        get: operations["listClusters"];
        put?: never;
        /**
         * Create a cluster
         * @description The request is accepted at once, at every version, and the cluster's status shows the result.
         */
        post: operations["createCluster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List clusters with all their fields */
        get: operations["listClustersDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        /** Show a cluster */
        get: operations["getCluster"];
        put?: never;
        post?: never;
        /**
         * Delete a cluster
         * @description Accepted in every state but deleting. The cluster is visible until all that belongs to it is gone.
         */
        delete: operations["deleteCluster"];
        options?: never;
        head?: never;
        /**
         * Change the number of a cluster's nodes, or report its health
         * @description `node_count` is the number of the default worker group. A change of the health alone is recorded as it is, without an update.
         */
        patch: operations["updateCluster"];
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/config": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        /**
         * Make what a client needs to reach a cluster
         * @description An extension. A new key, a client certificate that ends soon, and the authority's certificate, as the files that the engine's own client reads: a kubeconfig, or what `DOCKER_CERT_PATH` names. The key is made for this answer and kept nowhere; where it should never leave the client, send a request of one's own (`csr`) and put the key where `key_placeholder` stands. 409 while the cluster has no address.
         */
        get: operations["getClusterConfig"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        /**
         * List what has happened to a cluster
         * @description An extension, oldest first. Pass the last id seen as `after` to read on. Asked for as `text/event-stream`, the events come as they happen (server-sent events, one JSON object each, with its id); `Last-Event-ID` reads on after a lost connection. The stream ends with an event `gone` when the cluster is deleted, and after 15 minutes otherwise: connect again.
         */
        get: operations["listClusterEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/images": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Copy an image to the nodes of a cluster
         * @description An extension, of a service that stands beside a Docker Engine, as `magnum dev` does: the image is copied from there, so that containers of the cluster run it without a registry. 400 where that engine has no such image, where there is no such engine, and where the cluster's engine takes no images; 409 while the cluster has no address. The answer comes when all nodes have it, which may take minutes.
         */
        post: operations["loadClusterImage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/actions/resize": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Change the number of nodes of a node group
         * @description `nodes_to_remove` leave whatever the new number is: with the old number they are replaced. They are named by the id of their server, by name, UUID or address, or by their place in the group in the order of creation, from 0.
         */
        post: operations["resizeCluster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/actions/upgrade": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Move a cluster to another cluster template
         * @description Node by node: new ones of the other template join, then as many old ones are drained and leave, at most `max_batch_size` at a time and masters one by one. Without `nodegroup`, or with a default one, the default groups are upgraded, and the cluster has the new template once all of them are; any other group then follows to that template. At 1.7 the answer is 400.
         */
        post: operations["upgradeCluster"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/nodegroups": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        /** List the node groups of a cluster */
        get: operations["listNodeGroups"];
        put?: never;
        /** Add a node group to a cluster */
        post: operations["createNodeGroup"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
                /** @description UUID, name or number of the node group. */
                nodegroup_ident: components["parameters"]["nodegroup_ident"];
            };
            cookie?: never;
        };
        /** Show a node group */
        get: operations["getNodeGroup"];
        put?: never;
        post?: never;
        /**
         * Delete a node group with its nodes
         * @description The default groups stay as long as their cluster (400).
         */
        delete: operations["deleteNodeGroup"];
        options?: never;
        head?: never;
        /**
         * Change bounds, node labels and taints of a node group
         * @description The number of nodes is changed by resizing the cluster.
         */
        patch: operations["updateNodeGroup"];
        trace?: never;
    };
    "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
                /** @description UUID, name or number of the node group. */
                nodegroup_ident: components["parameters"]["nodegroup_ident"];
            };
            cookie?: never;
        };
        /**
         * List the nodes of a node group
         * @description An extension. Servers as the cloud has them, and their state as the cluster's engine sees it.
         */
        get: operations["listNodeGroupNodes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drivers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List drivers with the labels that they read
         * @description An extension. Not paged.
         */
        get: operations["listDrivers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/drivers/{driver_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the driver. */
                driver_ident: string;
            };
            cookie?: never;
        };
        /**
         * Show what a driver can serve, and the labels that it reads
         * @description An extension.
         */
        get: operations["getDriver"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/nodes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List nodes */
        get: operations["listNodes"];
        put?: never;
        /**
         * Note a server that belongs to no bay
         * @description As the first releases had it, this is a record and nothing else; it is listed among the nodes of bays, after its time.
         */
        post: operations["createNode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/nodes/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List nodes with all their fields */
        get: operations["listNodesDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/nodes/{node_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the node. */
                node_ident: string;
            };
            cookie?: never;
        };
        /** Show a node */
        get: operations["getNode"];
        put?: never;
        post?: never;
        /**
         * Forget a server that belongs to no bay
         * @description A node of a bay goes when its bay gets smaller, so there it is refused.
         */
        delete: operations["deleteNode"];
        options?: never;
        head?: never;
        /**
         * Change the record of a server that belongs to no bay
         * @description A node of a bay is what its bay makes of it, so there it is refused.
         */
        patch: operations["updateNode"];
        trace?: never;
    };
    "/v1/containers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List containers */
        get: operations["listContainers"];
        put?: never;
        /**
         * Create a container in a Swarm bay
         * @description The engine places the container and has its image pulled. It is stopped until it is started.
         */
        post: operations["createContainer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List containers with all their fields */
        get: operations["listContainersDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        /** Show a container */
        get: operations["getContainer"];
        put?: never;
        post?: never;
        /** Delete a container */
        delete: operations["deleteContainer"];
        options?: never;
        head?: never;
        /**
         * Change the record of a container
         * @description The running container itself is not touched.
         */
        patch: operations["updateContainer"];
        trace?: never;
    };
    "/v1/containers/{container_ident}/start": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        get?: never;
        /** Start a container */
        put: operations["startContainer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        get?: never;
        /** Stop a container */
        put: operations["stopContainer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}/reboot": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        get?: never;
        /** Restart a container */
        put: operations["rebootContainer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        get?: never;
        /** Freeze a container's processes */
        put: operations["pauseContainer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}/unpause": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        get?: never;
        /** Let a container's processes run again */
        put: operations["unpauseContainer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}/logs": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        /** Show what a container has written */
        get: operations["getContainerLogs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/containers/{container_ident}/execute": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        get?: never;
        /** Run a command in a container */
        put: operations["executeContainer"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the pods of a bay */
        get: operations["listPods"];
        put?: never;
        /** Create a pod in a Kubernetes bay */
        post: operations["createPod"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the pods of a bay with all their fields */
        get: operations["listPodsDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/pods/{pod_ident}": {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
            };
            cookie?: never;
        };
        /** Show a pod */
        get: operations["getPod"];
        put?: never;
        post?: never;
        /** Delete a pod */
        delete: operations["deletePod"];
        options?: never;
        head?: never;
        /** Replace a pod by another manifest */
        patch: operations["updatePod"];
        trace?: never;
    };
    "/v1/pods/{pod_ident}/{bay_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        /** Show a pod, the bay being the last segment */
        get: operations["getPodOfBay"];
        put?: never;
        post?: never;
        /** Delete a pod, the bay being the last segment */
        delete: operations["deletePodOfBay"];
        options?: never;
        head?: never;
        /** Replace a pod by another manifest, the bay being the last segment */
        patch: operations["updatePodOfBay"];
        trace?: never;
    };
    "/v1/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the services of a bay */
        get: operations["listServices"];
        put?: never;
        /** Create a service in a Kubernetes bay */
        post: operations["createService"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/services/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the services of a bay with all their fields */
        get: operations["listServicesDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/services/{service_ident}": {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
            };
            cookie?: never;
        };
        /** Show a service */
        get: operations["getService"];
        put?: never;
        post?: never;
        /** Delete a service */
        delete: operations["deleteService"];
        options?: never;
        head?: never;
        /** Replace a service by another manifest */
        patch: operations["updateService"];
        trace?: never;
    };
    "/v1/services/{service_ident}/{bay_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        /** Show a service, the bay being the last segment */
        get: operations["getServiceOfBay"];
        put?: never;
        post?: never;
        /** Delete a service, the bay being the last segment */
        delete: operations["deleteServiceOfBay"];
        options?: never;
        head?: never;
        /** Replace a service by another manifest, the bay being the last segment */
        patch: operations["updateServiceOfBay"];
        trace?: never;
    };
    "/v1/rcs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the replication controllers of a bay */
        get: operations["listReplicationControllers"];
        put?: never;
        /** Create a replication controller in a Kubernetes bay */
        post: operations["createReplicationController"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rcs/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the replication controllers of a bay with all their fields */
        get: operations["listReplicationControllersDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/rcs/{rc_ident}": {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
            };
            cookie?: never;
        };
        /** Show a replication controller */
        get: operations["getReplicationController"];
        put?: never;
        post?: never;
        /** Delete a replication controller */
        delete: operations["deleteReplicationController"];
        options?: never;
        head?: never;
        /** Replace a replication controller by another manifest */
        patch: operations["updateReplicationController"];
        trace?: never;
    };
    "/v1/rcs/{rc_ident}/{bay_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        /** Show a replication controller, the bay being the last segment */
        get: operations["getReplicationControllerOfBay"];
        put?: never;
        post?: never;
        /** Delete a replication controller, the bay being the last segment */
        delete: operations["deleteReplicationControllerOfBay"];
        options?: never;
        head?: never;
        /** Replace a replication controller by another manifest, the bay being the last segment */
        patch: operations["updateReplicationControllerOfBay"];
        trace?: never;
    };
    "/v1/x509keypairs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List key pairs that were kept for bays */
        get: operations["listX509KeyPairs"];
        put?: never;
        /**
         * Keep a key pair for a bay
         * @description The private key rests encrypted. The pair goes with its bay.
         */
        post: operations["createX509KeyPair"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/x509keypairs/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List key pairs with all their fields */
        get: operations["listX509KeyPairsDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/x509keypairs/{x509keypair_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the key pair. */
                x509keypair_ident: string;
            };
            cookie?: never;
        };
        /** Show a key pair */
        get: operations["getX509KeyPair"];
        put?: never;
        post?: never;
        /** Delete a key pair */
        delete: operations["deleteX509KeyPair"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Have a certificate signed by a bay's authority */
        post: operations["createCertificate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/certificates/{cluster_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        /** Show the certificate of a bay's authority */
        get: operations["getCertificate"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Give a bay another certificate authority
         * @description Nodes trust the new authority beside the old one, then clients get certificates of the new one, then nodes do, then the old one is dropped; `status_reason` and the events of the bay show the progress. While both are trusted, `GET` answers both certificates. Repeated after a failure, it goes on where it stopped.
         */
        patch: operations["rotateCertificate"];
        trace?: never;
    };
    "/v1/credentials/{cluster_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        /**
         * Ask for the credential that a node should hold
         * @description An extension, for the nodes of the bay alone. The password is there where the caller holds another credential than it should; the answer must not be kept by anybody on the way (`Cache-Control: no-store`).
         */
        get: operations["getCredential"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Give the nodes of a bay another credential
         * @description The nodes ask for the new account beside the old one, and report when they hold it; the old one is deleted after the last of them, and `status_reason` names the node that is waited for. Repeated after a failure, it goes on where it stopped.
         */
        patch: operations["rotateCredential"];
        trace?: never;
    };
    "/v1/credentials/{cluster_ident}/secrets": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        /**
         * Ask for the secrets that a node shares with others of its bay
         * @description An extension, for the nodes of the bay alone: `X-Magnum-Node` and `X-Magnum-Node-Secret` say which one asks. A driver says which secrets its bays have, and the nodes of which role get each of them; a node whose role gets none is answered with 403. No cache may keep the answer (`Cache-Control: no-store`).
         */
        get: operations["getBaySecrets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/addons/{cluster_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        /**
         * Ask for what the bay deploys in its engine
         * @description An extension, for the nodes of the bay alone, which apply the objects themselves: so it works for bays that the service does not reach. They follow from the labels of the bay and hold no secret of it; the last one is the bay's copy of the operator's manifest, where it has one. How they are is part of the bay's `health_status_reason`.
         */
        get: operations["getAddons"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{cluster_ident}/nodes/{node_name}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
                /** @description Name of the node. */
                node_name: string;
            };
            cookie?: never;
        };
        get?: never;
        /**
         * Report that a node holds the credential with which it asks
         * @description An extension, for the nodes of the bay alone. It can be repeated.
         */
        put: operations["confirmCredential"];
        /**
         * Exchange the enrolment token of a new node for its credential
         * @description An extension, for the nodes of the bay alone, which have no other credential yet: the token is what proves them. It is good once, for the secret with which it is used first; from then on the node proves with the secret which node it is. No cache may keep the answer (`Cache-Control: no-store`).
         */
        post: operations["enrolNode"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List quotas
         * @description Those of one's own project, or with `all_tenants` those of every project. Projects without a quota of their own have the default, and are not listed.
         */
        get: operations["listQuotas"];
        put?: never;
        /** Give a project a quota */
        post: operations["createQuota"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/quotas/{project_id}/{resource}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the project. */
                project_id: string;
                /** @description What is limited: `Cluster`. */
                resource: string;
            };
            cookie?: never;
        };
        /**
         * Show the quota of a project
         * @description The default, without an id, where the project has no quota of its own.
         */
        get: operations["getQuota"];
        put?: never;
        post?: never;
        /**
         * Take a project's own quota away
         * @description The default applies again.
         */
        delete: operations["deleteQuota"];
        options?: never;
        head?: never;
        /**
         * Change the quota of a project
         * @description The body is a quota, not a JSON patch; project and resource are those of the path.
         */
        patch: operations["updateQuota"];
        trace?: never;
    };
    "/v1/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Count clusters and nodes
         * @description Of one project; administrators who name no project see the sum over all.
         */
        get: operations["getStats"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/federations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List federations */
        get: operations["listFederations"];
        put?: never;
        /**
         * Create a federation
         * @description Records which clusters belong together. No driver of this service can join clusters at run time, so the federation shows `CREATE_FAILED` and says so; its record can be read, changed and deleted.
         */
        post: operations["createFederation"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/federations/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List federations with all their fields */
        get: operations["listFederationsDetail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/federations/{federation_ident}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the federation. */
                federation_ident: string;
            };
            cookie?: never;
        };
        /** Show a federation */
        get: operations["getFederation"];
        put?: never;
        post?: never;
        /**
         * Delete a federation
         * @description Its clusters stay.
         */
        delete: operations["deleteFederation"];
        options?: never;
        head?: never;
        /**
         * Let clusters join or leave a federation
         * @description `add` of `/member_ids` with a cluster lets it join, `remove` with a cluster as value lets it leave; `properties` may be replaced.
         */
        patch: operations["updateFederation"];
        trace?: never;
    };
    "/v1/mservices": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the conductors */
        get: operations["listMagnumServices"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Link: {
            href: string;
            rel: string;
            type?: string;
        };
        Links: components["schemas"]["Link"][];
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
        Error: {
            /** @description Empty: see the header x-openstack-request-id. */
            request_id: string;
            /** @description `client`, `server`, or empty. */
            code: string;
            status: number;
            title: string;
            detail: string | null;
            links: components["schemas"]["Links"];
        };
        Errors: {
            /** @description What `detail` of the first error says, for clients that look for it here. */
            message?: string;
            errors: components["schemas"]["Error"][];
        };
        Version: {
            /** @example v1 */
            id: string;
            /** @example CURRENT */
            status: string;
            /** @example 1.1 */
            min_version: string;
            /** @example 1.14 */
            max_version: string;
            links: components["schemas"]["Links"];
        };
        Versions: {
            name: string;
            description: string;
            versions: components["schemas"]["Version"][];
        };
        V1: {
            /** @example v1 */
            id: string;
            links: components["schemas"]["Links"];
            media_types: {
                base: string;
                type: string;
            }[];
            baymodels: components["schemas"]["Links"];
            bays: components["schemas"]["Links"];
            clustertemplates: components["schemas"]["Links"];
            clusters: components["schemas"]["Links"];
            nodes: components["schemas"]["Links"];
            containers: components["schemas"]["Links"];
            certificates: components["schemas"]["Links"];
            credentials: components["schemas"]["Links"];
            pods: components["schemas"]["Links"];
            services: components["schemas"]["Links"];
            rcs: components["schemas"]["Links"];
            x509keypairs: components["schemas"]["Links"];
            mservices: components["schemas"]["Links"];
            quotas: components["schemas"]["Links"];
            stats: components["schemas"]["Links"];
            federations: components["schemas"]["Links"];
            nodegroups: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
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
            baymodels: components["schemas"]["BayModel"][];
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
            status: components["schemas"]["BayStatus"];
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
            links: components["schemas"]["Links"];
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
            status: components["schemas"]["BayStatus"];
            links: components["schemas"]["Links"];
        };
        BayList: {
            bays: components["schemas"]["BaySummary"][];
            /** @description Address of the next page; present when this page is full. */
            next?: string;
        };
        BayDetailList: {
            bays: components["schemas"]["Bay"][];
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
            events: components["schemas"]["BayEvent"][];
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
            links: components["schemas"]["Links"];
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
            clustertemplates: components["schemas"]["ClusterTemplate"][];
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
            status: components["schemas"]["BayStatus"];
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
            links: components["schemas"]["Links"];
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
            status: components["schemas"]["BayStatus"];
            /**
             * @description What the last look at the engine found.
             * @enum {string|null}
             */
            health_status: "HEALTHY" | "UNHEALTHY" | "UNKNOWN" | null;
            /** @description The orchestrator's stack. It stays beside `cluster_id`: programs look for it with the latest version. */
            stack_id: string | null;
            /** @description The same as `stack_id`. */
            cluster_id?: string | null;
            links: components["schemas"]["Links"];
        };
        ClusterList: {
            clusters: components["schemas"]["ClusterSummary"][];
            /** @description Address of the next page; present when this page is full. */
            next?: string;
        };
        ClusterDetailList: {
            clusters: components["schemas"]["Cluster"][];
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
            links: components["schemas"]["Links"];
        };
        DriverList: {
            drivers: components["schemas"]["Driver"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        NodeList: {
            nodes: components["schemas"]["NodeSummary"][];
            /** @description Address of the next page; present when this page is full. */
            next?: string;
        };
        NodeDetailList: {
            nodes: components["schemas"]["Node"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        ContainerList: {
            containers: components["schemas"]["ContainerSummary"][];
            /** @description Address of the next page; present when this page is full. */
            next?: string;
        };
        ContainerDetailList: {
            containers: components["schemas"]["Container"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        PodList: {
            pods: components["schemas"]["PodSummary"][];
        };
        PodDetailList: {
            pods: components["schemas"]["Pod"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        ServiceList: {
            services: components["schemas"]["ServiceSummary"][];
        };
        ServiceDetailList: {
            services: components["schemas"]["Service"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        ReplicationControllerList: {
            rcs: components["schemas"]["ReplicationControllerSummary"][];
        };
        ReplicationControllerDetailList: {
            rcs: components["schemas"]["ReplicationController"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        X509KeyPairList: {
            x509keypairs: components["schemas"]["X509KeyPairSummary"][];
            /** @description Address of the next page; present when this page is full. */
            next?: string;
        };
        X509KeyPairDetailList: {
            x509keypairs: components["schemas"]["X509KeyPair"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        BaySecrets: {
            /** Format: uuid */
            cluster_uuid: string;
            /** @description Of several of one name the first one signs or encrypts, and the others only verify or decrypt. */
            secrets: components["schemas"]["BaySecret"][];
            links: components["schemas"]["Links"];
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
            addons: components["schemas"]["Addon"][];
            links: components["schemas"]["Links"];
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
            status: components["schemas"]["BayStatus"];
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
            links: components["schemas"]["Links"];
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
            status: components["schemas"]["BayStatus"];
        };
        NodeGroupList: {
            nodegroups: components["schemas"]["NodeGroupSummary"][];
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
            nodes: components["schemas"]["NodeGroupNode"][];
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
            quotas: components["schemas"]["Quota"][];
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
            links: components["schemas"]["Links"];
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
            links: components["schemas"]["Links"];
        };
        FederationList: {
            federations: components["schemas"]["FederationSummary"][];
            /** @description Address of the next page; present when this page is full. */
            next?: string;
        };
        FederationDetailList: {
            federations: components["schemas"]["Federation"][];
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
            mservices: components["schemas"]["MagnumService"][];
        };
    };
    responses: {
        /** @description What went wrong */
        Error: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["Errors"];
            };
        };
        /** @description Done */
        Done: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": null;
            };
        };
        /** @description What a client needs; no cache may keep it (`Cache-Control: no-store`) */
        ClientConfig: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": components["schemas"]["ClientConfig"];
                "application/yaml": string;
            };
        };
    };
    parameters: {
        /** @description UUID or name of the bay. */
        bay_ident: string;
        /** @description UUID or name of the bay model. */
        baymodel_ident: string;
        /** @description UUID or name of the cluster. */
        cluster_ident: string;
        /** @description UUID or name of the cluster template. */
        clustertemplate_ident: string;
        /** @description UUID, name or number of the node group. */
        nodegroup_ident: string;
        /** @description UUID or name of the container. */
        container_ident: string;
        /** @description UUID or name of the bay. It must be named. */
        bay_ident_query: string;
        /** @description Only what belongs to the bay with this UUID or name. */
        bay_filter: string;
        /** @description Only events later than the one with this id. */
        after: number;
        /** @description Accepted from Kilo's clients, and passed over as it was then. */
        kilo_rc_uuid: string;
        /** @description Accepted from Kilo's clients, and passed over as it was then. */
        kilo_service_uuid: string;
        /** @description Accepted from Kilo's clients, and passed over as it was then. */
        kilo_pod_uuid: string;
        /** @description Accepted from Kilo's clients, and passed over as it was then. */
        kilo_bay_uuid: string;
        /** @description At most this many. */
        event_limit: number;
        /** @description With `dry_run`, answer the stack as well, as the orchestrator would get it. */
        render: boolean;
        /** @description Answer what would be made, and make nothing (an extension; at every version). */
        dry_run: boolean;
        /** @description UUID of the last item of the page before. */
        marker: string;
        /** @description Items in a page, at most; the server has a limit of its own. */
        limit: number;
        /** @description Field to sort by. The order of creation is the default. */
        sort_key: string;
        /** @description Seconds until the client certificate ends; a day where absent, at most 30 days. */
        valid_for: number;
        /** @description `json`: all files in one document; `kubeconfig`: that file alone, as YAML. */
        config_format: "json" | "kubeconfig";
        /** @description Certificate signing request, PEM, of a key that the caller keeps; the service makes no key then. */
        config_csr: string;
        /** @description Only what has just this name. An extension. */
        filter_name: string;
        /** @description Only what has this status. An extension. */
        filter_status: components["schemas"]["BayStatus"];
        /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
        filter_label: string;
        /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
        filter_updated_since: string;
        /** @description Direction to sort in. */
        sort_dir: "asc" | "desc";
    };
    requestBodies: {
        JsonPatch: {
            content: {
                /**
                 * @example [
                 *       {
                 *         "op": "replace",
                 *         "path": "/name",
                 *         "value": "another"
                 *       }
                 *     ]
                 */
                "application/json": components["schemas"]["JsonPatch"];
            };
        };
    };
    headers: {
        /** @description Where the new resource is. */
        Location: string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getVersions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Versions"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getV1: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The version */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["V1"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listBayModels: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayModelList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createBayModel: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "swarm",
                 *       "coe": "swarm",
                 *       "image_id": "fedora-atomic-latest",
                 *       "keypair_id": "testkey",
                 *       "external_network_id": "public",
                 *       "flavor_id": "m1.small"
                 *     }
                 */
                "application/json": components["schemas"]["BayModelCreate"];
            };
        };
        responses: {
            /** @description The bay model */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayModel"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listBayModelsDetail: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayModelList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getBayModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay model. */
                baymodel_ident: components["parameters"]["baymodel_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bay model */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayModel"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteBayModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay model. */
                baymodel_ident: components["parameters"]["baymodel_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bay model is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateBayModel: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay model. */
                baymodel_ident: components["parameters"]["baymodel_ident"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The bay model */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayModel"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listBays: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this status. An extension. */
                status?: components["parameters"]["filter_status"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                bay_uuid?: components["parameters"]["kilo_bay_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createBay: {
        parameters: {
            query?: {
                /** @description Answer what would be made, and make nothing (an extension; at every version). */
                dry_run?: components["parameters"]["dry_run"];
                /** @description With `dry_run`, answer the stack as well, as the orchestrator would get it. */
                render?: components["parameters"]["render"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "my-bay",
                 *       "baymodel_id": "swarm",
                 *       "node_count": 2
                 *     }
                 */
                "application/json": components["schemas"]["BayCreate"];
            };
        };
        responses: {
            /** @description What would be made (with `dry_run`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayPlan"];
                };
            };
            /** @description The bay, whose stack is accepted (1.1) */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bay"];
                };
            };
            /** @description Accepted (from 1.2) */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listBaysDetail: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this status. An extension. */
                status?: components["parameters"]["filter_status"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                bay_uuid?: components["parameters"]["kilo_bay_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bay */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bay"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The bay will be deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateBay: {
        parameters: {
            query?: {
                /** @description Whether the orchestrator undoes a change that fails. */
                rollback?: boolean;
            };
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The bay (1.1) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Bay"];
                };
            };
            /** @description Accepted (from 1.2) */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getBayConfig: {
        parameters: {
            query?: {
                /** @description Seconds until the client certificate ends; a day where absent, at most 30 days. */
                valid_for?: components["parameters"]["valid_for"];
                /** @description `json`: all files in one document; `kubeconfig`: that file alone, as YAML. */
                format?: components["parameters"]["config_format"];
                /** @description Certificate signing request, PEM, of a key that the caller keeps; the service makes no key then. */
                csr?: components["parameters"]["config_csr"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ClientConfig"];
            default: components["responses"]["Error"];
        };
    };
    listBayEvents: {
        parameters: {
            query?: {
                /** @description Only events later than the one with this id. */
                after?: components["parameters"]["after"];
                /** @description At most this many. */
                limit?: components["parameters"]["event_limit"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, or the stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayEventList"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    loadBayImage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                bay_ident: components["parameters"]["bay_ident"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": "busybox:stable"
                 *     }
                 */
                "application/json": components["schemas"]["ImageLoad"];
            };
        };
        responses: {
            /** @description The nodes that have it now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageLoaded"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listClusterTemplates: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterTemplateList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createClusterTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "swarm",
                 *       "coe": "swarm-mode",
                 *       "image_id": "debian-12",
                 *       "keypair_id": "testkey",
                 *       "external_network_id": "public",
                 *       "flavor_id": "m1.small"
                 *     }
                 */
                "application/json": components["schemas"]["ClusterTemplateCreate"];
            };
        };
        responses: {
            /** @description The cluster template */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterTemplate"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listClusterTemplatesDetail: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterTemplateList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getClusterTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster template. */
                clustertemplate_ident: components["parameters"]["clustertemplate_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterTemplate"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteClusterTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster template. */
                clustertemplate_ident: components["parameters"]["clustertemplate_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster template is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateClusterTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster template. */
                clustertemplate_ident: components["parameters"]["clustertemplate_ident"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The cluster template */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterTemplate"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listClusters: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this status. An extension. */
                status?: components["parameters"]["filter_status"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createCluster: {
        parameters: {
            query?: {
                /** @description Answer what would be made, and make nothing (an extension; at every version). */
                dry_run?: components["parameters"]["dry_run"];
                /** @description With `dry_run`, answer the stack as well, as the orchestrator would get it. */
                render?: components["parameters"]["render"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "my-cluster",
                 *       "cluster_template_id": "swarm",
                 *       "node_count": 2,
                 *       "keypair": "testkey"
                 *     }
                 */
                "application/json": components["schemas"]["ClusterCreate"];
            };
        };
        responses: {
            /** @description What would be made (with `dry_run`) */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayPlan"];
                };
            };
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listClustersDetail: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Only what has just this name. An extension. */
                name?: components["parameters"]["filter_name"];
                /** @description Only what has this status. An extension. */
                status?: components["parameters"]["filter_status"];
                /** @description Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension. */
                label?: components["parameters"]["filter_label"];
                /** @description Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension. */
                updated_since?: components["parameters"]["filter_updated_since"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ClusterDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getCluster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Cluster"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteCluster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The cluster will be deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateCluster: {
        parameters: {
            query?: {
                /** @description Whether the orchestrator undoes a change that fails. */
                rollback?: boolean;
            };
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getClusterConfig: {
        parameters: {
            query?: {
                /** @description Seconds until the client certificate ends; a day where absent, at most 30 days. */
                valid_for?: components["parameters"]["valid_for"];
                /** @description `json`: all files in one document; `kubeconfig`: that file alone, as YAML. */
                format?: components["parameters"]["config_format"];
                /** @description Certificate signing request, PEM, of a key that the caller keeps; the service makes no key then. */
                csr?: components["parameters"]["config_csr"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["ClientConfig"];
            default: components["responses"]["Error"];
        };
    };
    listClusterEvents: {
        parameters: {
            query?: {
                /** @description Only events later than the one with this id. */
                after?: components["parameters"]["after"];
                /** @description At most this many. */
                limit?: components["parameters"]["event_limit"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page, or the stream */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BayEventList"];
                    "text/event-stream": string;
                };
            };
            default: components["responses"]["Error"];
        };
    };
    loadClusterImage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "image": "busybox:stable"
                 *     }
                 */
                "application/json": components["schemas"]["ImageLoad"];
            };
        };
        responses: {
            /** @description The nodes that have it now */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImageLoaded"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    resizeCluster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "node_count": 2,
                 *       "nodes_to_remove": [
                 *         "worker-7f3a"
                 *       ],
                 *       "nodegroup": "default-worker"
                 *     }
                 */
                "application/json": components["schemas"]["ClusterResize"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    upgradeCluster: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "cluster_template": "swarm-next",
                 *       "max_batch_size": 2
                 *     }
                 */
                "application/json": components["schemas"]["ClusterUpgrade"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listNodeGroups: {
        parameters: {
            query?: {
                /** @description Only groups of this role. */
                role?: string;
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroupList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createNodeGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "large",
                 *       "flavor_id": "m1.large",
                 *       "node_count": 2,
                 *       "min_node_count": 1,
                 *       "max_node_count": 5
                 *     }
                 */
                "application/json": components["schemas"]["NodeGroupCreate"];
            };
        };
        responses: {
            /** @description The node group, whose nodes are being made */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroup"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getNodeGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
                /** @description UUID, name or number of the node group. */
                nodegroup_ident: components["parameters"]["nodegroup_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node group */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroup"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteNodeGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
                /** @description UUID, name or number of the node group. */
                nodegroup_ident: components["parameters"]["nodegroup_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node group will be deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateNodeGroup: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
                /** @description UUID, name or number of the node group. */
                nodegroup_ident: components["parameters"]["nodegroup_ident"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The node group */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroup"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listNodeGroupNodes: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the cluster. */
                cluster_ident: components["parameters"]["cluster_ident"];
                /** @description UUID, name or number of the node group. */
                nodegroup_ident: components["parameters"]["nodegroup_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeGroupNodeList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listDrivers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DriverList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getDriver: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name of the driver. */
                driver_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The driver */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Driver"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listNodes: {
        parameters: {
            query?: {
                /** @description Only what belongs to the bay with this UUID or name. */
                bay_ident?: components["parameters"]["bay_filter"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createNode: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "type": "bm",
                 *       "image_id": "debian-12"
                 *     }
                 */
                "application/json": components["schemas"]["NodeCreate"];
            };
        };
        responses: {
            /** @description The record */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listNodesDetail: {
        parameters: {
            query?: {
                /** @description Only what belongs to the bay with this UUID or name. */
                bay_ident?: components["parameters"]["bay_filter"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NodeDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the node. */
                node_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The node */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the node. */
                node_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The record is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the node. */
                node_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The record */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Node"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listContainers: {
        parameters: {
            query?: {
                /** @description Only what belongs to the bay with this UUID or name. */
                bay_ident?: components["parameters"]["bay_filter"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContainerList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createContainer: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "web",
                 *       "bay_uuid": "my-bay",
                 *       "image": "nginx:stable",
                 *       "memory": "64m"
                 *     }
                 */
                "application/json": components["schemas"]["ContainerCreate"];
            };
        };
        responses: {
            /** @description The container */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Container"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listContainersDetail: {
        parameters: {
            query?: {
                /** @description Only what belongs to the bay with this UUID or name. */
                bay_ident?: components["parameters"]["bay_filter"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ContainerDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The container */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Container"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The container is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The container */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Container"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    startContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    stopContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    rebootContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    pauseContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    unpauseContainer: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Done"];
            default: components["responses"]["Error"];
        };
    };
    getContainerLogs: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its output */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Output"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    executeContainer: {
        parameters: {
            query: {
                /** @description The command line, split at blanks as a shell would, without a shell. */
                command: string;
            };
            header?: never;
            path: {
                /** @description UUID or name of the container. */
                container_ident: components["parameters"]["container_ident"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its output */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Output"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listPods: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                pod_uuid?: components["parameters"]["kilo_pod_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createPod: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PodCreate"];
            };
        };
        responses: {
            /** @description The pod */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pod"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listPodsDetail: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                pod_uuid?: components["parameters"]["kilo_pod_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PodDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getPod: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pod */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pod"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deletePod: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pod is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updatePod: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The pod */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pod"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getPodOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pod */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pod"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deletePodOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The pod is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updatePodOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the pod. */
                pod_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The pod */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Pod"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listServices: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                service_uuid?: components["parameters"]["kilo_service_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createService: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ServiceCreate"];
            };
        };
        responses: {
            /** @description The service */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listServicesDetail: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                service_uuid?: components["parameters"]["kilo_service_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getService: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteService: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateService: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getServiceOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteServiceOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The service is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateServiceOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the service. */
                service_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The service */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Service"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listReplicationControllers: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                rc_uuid?: components["parameters"]["kilo_rc_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationControllerList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createReplicationController: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ReplicationControllerCreate"];
            };
        };
        responses: {
            /** @description The replication controller */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationController"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listReplicationControllersDetail: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Accepted from Kilo's clients, and passed over as it was then. */
                rc_uuid?: components["parameters"]["kilo_rc_uuid"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationControllerDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getReplicationController: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replication controller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationController"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteReplicationController: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replication controller is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateReplicationController: {
        parameters: {
            query?: {
                /** @description UUID or name of the bay. It must be named. */
                bay_ident?: components["parameters"]["bay_ident_query"];
            };
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The replication controller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationController"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getReplicationControllerOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replication controller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationController"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteReplicationControllerOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The replication controller is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateReplicationControllerOfBay: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the replication controller. */
                rc_ident: string;
                /** @description UUID or name of the bay. */
                bay_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description The replication controller */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReplicationController"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listX509KeyPairs: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["X509KeyPairList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createX509KeyPair: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "deploy",
                 *       "bay_uuid": "my-bay",
                 *       "ca_cert": "-----BEGIN CERTIFICATE-----…",
                 *       "certificate": "-----BEGIN CERTIFICATE-----…",
                 *       "private_key": "-----BEGIN PRIVATE KEY-----…"
                 *     }
                 */
                "application/json": components["schemas"]["X509KeyPairCreate"];
            };
        };
        responses: {
            /** @description The key pair */
            201: {
                headers: {
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["X509KeyPair"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listX509KeyPairsDetail: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["X509KeyPairDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getX509KeyPair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the key pair. */
                x509keypair_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["X509KeyPair"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteX509KeyPair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the key pair. */
                x509keypair_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key pair is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    createCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CertificateCreate"];
            };
        };
        responses: {
            /** @description The certificate */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Certificate"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getCertificate: {
        parameters: {
            query?: {
                /** @description Which authority: `kubernetes` (default), `etcd`, `front-proxy`; any other text is the main one. */
                ca_cert_type?: string;
            };
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The certificate */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Certificate"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    rotateCertificate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The credential */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    rotateCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It has begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getBaySecrets: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The secrets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BaySecrets"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getAddons: {
        parameters: {
            query?: {
                /** @description Whether the node writes its account of the cloud into the Secret that has the annotation `magnum.openstack.org/filled-by`. Add-ons that work in the cloud are left out where it does not. */
                fills_account?: boolean;
            };
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The add-ons */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Addons"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    confirmCredential: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
                /** @description Name of the node. */
                node_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is known */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    enrolNode: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the bay. */
                cluster_ident: string;
                /** @description Name of the node. */
                node_name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Enrolment"];
            };
        };
        responses: {
            /** @description The credential */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listQuotas: {
        parameters: {
            query?: {
                /** @description Id of the last item of the page before. */
                marker?: number;
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
                /** @description Whether to list the quotas of every project. */
                all_tenants?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["QuotaList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createQuota: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "project_id": "5f6a1c1de3f44c0e9a3b6d5d2c9d0001",
                 *       "resource": "Cluster",
                 *       "hard_limit": 10
                 *     }
                 */
                "application/json": components["schemas"]["QuotaCreate"];
            };
        };
        responses: {
            /** @description The quota */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the project. */
                project_id: string;
                /** @description What is limited: `Cluster`. */
                resource: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the project. */
                project_id: string;
                /** @description What is limited: `Cluster`. */
                resource: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The quota is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the project. */
                project_id: string;
                /** @description What is limited: `Cluster`. */
                resource: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "hard_limit": 20
                 *     }
                 */
                "application/json": components["schemas"]["QuotaCreate"];
            };
        };
        responses: {
            /** @description The quota */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Quota"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getStats: {
        parameters: {
            query?: {
                /** @description Whose: one's own project where absent. */
                project_id?: string;
                /** @description What is counted: `cluster`. */
                type?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The numbers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Stats"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listFederations: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    createFederation: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                /**
                 * @example {
                 *       "name": "world",
                 *       "hostcluster_id": "my-cluster",
                 *       "properties": {
                 *         "dns-zone": "example.org"
                 *       }
                 *     }
                 */
                "application/json": components["schemas"]["FederationCreate"];
            };
        };
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listFederationsDetail: {
        parameters: {
            query?: {
                /** @description UUID of the last item of the page before. */
                marker?: components["parameters"]["marker"];
                /** @description Items in a page, at most; the server has a limit of its own. */
                limit?: components["parameters"]["limit"];
                /** @description Field to sort by. The order of creation is the default. */
                sort_key?: components["parameters"]["sort_key"];
                /** @description Direction to sort in. */
                sort_dir?: components["parameters"]["sort_dir"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FederationDetailList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    getFederation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the federation. */
                federation_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The federation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Federation"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    deleteFederation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description UUID or name of the federation. */
                federation_ident: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The federation is gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            default: components["responses"]["Error"];
        };
    };
    updateFederation: {
        parameters: {
            query?: {
                /** @description Accepted; there is nothing to undo. */
                rollback?: boolean;
            };
            header?: never;
            path: {
                /** @description UUID or name of the federation. */
                federation_ident: string;
            };
            cookie?: never;
        };
        requestBody: components["requestBodies"]["JsonPatch"];
        responses: {
            /** @description Accepted */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Accepted"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
    listMagnumServices: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MagnumServiceList"];
                };
            };
            default: components["responses"]["Error"];
        };
    };
}

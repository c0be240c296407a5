// Generated from openstack/network.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/v2.0/networks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listNetworks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.0/subnets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listSubnets"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.0/ports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listPorts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.0/ports/{port_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["deletePort"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.0/floatingips": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listFloatingIps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.0/floatingips/{floatingip_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["deleteFloatingIp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.0/quotas/{project_id}/details": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["showNetworkQuota"];
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
            rel?: string;
            href?: string;
        };
        Port: {
            id: string;
            name: string;
            description?: string;
            tags?: string[];
            network_id: string;
            device_id?: string;
            device_owner?: string;
            fixed_ips?: {
                ip_address: string;
            }[];
        };
        FloatingIp: {
            id: string;
            floating_ip_address: string;
            description?: string;
            tags?: string[];
            port_id?: string | null;
        };
        Network: {
            id: string;
            name: string;
            "router:external"?: boolean;
            is_default?: boolean;
        };
        Subnet: {
            id: string;
            name: string;
            network_id: string;
            cidr: string;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listNetworks: {
        parameters: {
            query?: {
                id?: string;
                name?: string;
                "router:external"?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Networks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        networks: components["schemas"]["Network"][];
                    };
                };
            };
        };
    };
    listSubnets: {
        parameters: {
            query?: {
                id?: string;
                name?: string;
                network_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Subnets */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        subnets: components["schemas"]["Subnet"][];
                    };
                };
            };
        };
    };
    listPorts: {
        parameters: {
            query?: {
                project_id?: string;
                network_id?: string;
                device_id?: string[];
                marker?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ports */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ports: components["schemas"]["Port"][];
                        ports_links?: components["schemas"]["Link"][];
                    };
                };
            };
        };
    };
    deletePort: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                port_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listFloatingIps: {
        parameters: {
            query?: {
                project_id?: string;
                port_id?: string[];
                marker?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Floating addresses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        floatingips: components["schemas"]["FloatingIp"][];
                        floatingips_links?: components["schemas"]["Link"][];
                    };
                };
            };
        };
    };
    deleteFloatingIp: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                floatingip_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Gone */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    showNetworkQuota: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Limits and use, by kind; -1 is no limit */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        quota: {
                            [key: string]: {
                                limit: number;
                                used: number;
                                reserved?: number;
                            };
                        };
                    };
                };
            };
        };
    };
}

// Generated from openstack/load-balancer.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/v2/lbaas/loadbalancers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listLoadBalancers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/lbaas/loadbalancers/{loadbalancer_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["deleteLoadBalancer"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2/lbaas/quotas/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["showLoadBalancerQuota"];
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
        LoadBalancer: {
            id: string;
            name: string;
            description?: string | null;
            tags?: string[];
            project_id?: string;
            vip_address?: string | null;
            vip_port_id?: string | null;
            vip_network_id?: string | null;
            provisioning_status: string;
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
    listLoadBalancers: {
        parameters: {
            query?: {
                project_id?: string;
                id?: string[];
                marker?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Load balancers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        loadbalancers: components["schemas"]["LoadBalancer"][];
                        loadbalancers_links?: components["schemas"]["Link"][];
                    };
                };
            };
        };
    };
    deleteLoadBalancer: {
        parameters: {
            query?: {
                cascade?: boolean;
            };
            header?: never;
            path: {
                loadbalancer_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Being deleted */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    showLoadBalancerQuota: {
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
            /** @description Limits; -1 and null are none */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        quota: {
                            load_balancer?: number | null;
                            loadbalancer?: number | null;
                        };
                    };
                };
            };
        };
    };
}

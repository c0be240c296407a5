// Generated from openstack/compute.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/v2.1/flavors/detail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listFlavors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/os-keypairs/{keypair_name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["showKeypair"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v2.1/limits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["showLimits"];
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
        Flavor: {
            id: string;
            name: string;
            vcpus: number;
            ram: number;
            disk: number;
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
    listFlavors: {
        parameters: {
            query?: {
                marker?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Flavors */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        flavors: components["schemas"]["Flavor"][];
                        flavors_links?: Record<string, never>[];
                    };
                };
            };
        };
    };
    showKeypair: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                keypair_name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A key pair */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        keypair: {
                            name: string;
                        };
                    };
                };
            };
        };
    };
    showLimits: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What a project may use and what it uses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        limits: {
                            absolute: {
                                [key: string]: number;
                            };
                        };
                    };
                };
            };
        };
    };
}

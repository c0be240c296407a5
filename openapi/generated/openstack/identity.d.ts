// Generated from openstack/identity.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/v3/auth/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["validateToken"];
        put?: never;
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/domains": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listDomains"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/projects/{project_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["showProject"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listUsers"];
        put?: never;
        post: operations["createUser"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/users/{user_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["deleteUser"];
        options?: never;
        head?: never;
        patch: operations["updateUser"];
        trace?: never;
    };
    "/v3/role_assignments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listRoleAssignments"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/OS-TRUST/trusts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: operations["listTrusts"];
        put?: never;
        post: operations["createTrust"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v3/OS-TRUST/trusts/{trust_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trust_id: string;
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: operations["deleteTrust"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Named: {
            id: string;
            name: string;
        };
        AuthRequest: {
            auth: {
                identity: {
                    methods: string[];
                    password: {
                        user: {
                            id?: string;
                            name?: string;
                            domain?: components["schemas"]["Reference"];
                            password: string;
                        };
                    };
                };
                scope?: {
                    project?: {
                        id?: string;
                        name?: string;
                        domain?: components["schemas"]["Reference"];
                    };
                    domain?: components["schemas"]["Reference"];
                    system?: {
                        all?: boolean;
                    };
                    "OS-TRUST:trust"?: components["schemas"]["Reference"];
                };
            };
        };
        Reference: {
            id?: string;
            name?: string;
        };
        TokenDocument: {
            token: components["schemas"]["Token"];
        };
        Token: {
            expires_at: string;
            issued_at?: string;
            methods: string[];
            user: {
                id: string;
                name: string;
                domain: components["schemas"]["Named"];
            };
            project?: {
                id: string;
                name: string;
                domain: components["schemas"]["Named"];
            };
            domain?: components["schemas"]["Named"];
            system?: {
                all?: boolean;
            };
            roles?: components["schemas"]["Named"][];
            application_credential?: {
                id?: string;
                restricted?: boolean;
            };
            "OS-TRUST:trust"?: {
                id?: string;
            };
            catalog?: components["schemas"]["CatalogEntry"][];
        };
        CatalogEntry: {
            type: string;
            name?: string;
            endpoints: {
                interface: string;
                region?: string;
                region_id?: string;
                url: string;
            }[];
        };
        NewTrust: {
            trustor_user_id: string;
            trustee_user_id: string;
            project_id: string;
            impersonation: boolean;
            allow_redelegation?: boolean;
            redelegation_count?: number;
            roles: components["schemas"]["Reference"][];
        };
        Trust: {
            id: string;
            trustor_user_id: string;
            trustee_user_id: string;
            project_id?: string | null;
            redelegation_count?: number | null;
        };
    };
    responses: {
        /** @description A user */
        User: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    user: components["schemas"]["Named"];
                };
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    validateToken: {
        parameters: {
            query?: never;
            header: {
                "X-Subject-Token": string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Valid */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenDocument"];
                };
            };
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AuthRequest"];
            };
        };
        responses: {
            /** @description Issued */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenDocument"];
                };
            };
        };
    };
    listDomains: {
        parameters: {
            query?: {
                name?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Domains */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        domains: components["schemas"]["Named"][];
                    };
                };
            };
        };
    };
    showProject: {
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
            /** @description A project */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        project: components["schemas"]["Named"];
                    };
                };
            };
        };
    };
    listUsers: {
        parameters: {
            query?: {
                name?: string;
                domain_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Users */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        users: components["schemas"]["Named"][];
                    };
                };
            };
        };
    };
    createUser: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    user: {
                        name: string;
                        domain_id: string;
                        password: string;
                        description?: string;
                    };
                };
            };
        };
        responses: {
            201: components["responses"]["User"];
        };
    };
    deleteUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
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
    updateUser: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                user_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    user: {
                        password?: string;
                    };
                };
            };
        };
        responses: {
            200: components["responses"]["User"];
        };
    };
    listRoleAssignments: {
        parameters: {
            query: {
                "user.id": string;
                "scope.project.id": string;
                effective: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Role assignments */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        role_assignments: Record<string, never>[];
                    };
                };
            };
        };
    };
    listTrusts: {
        parameters: {
            query?: {
                trustee_user_id?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Trusts */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        trusts: components["schemas"]["Trust"][];
                    };
                };
            };
        };
    };
    createTrust: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    trust: components["schemas"]["NewTrust"];
                };
            };
        };
        responses: {
            /** @description Made */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        trust: components["schemas"]["Trust"];
                    };
                };
            };
        };
    };
    deleteTrust: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                trust_id: string;
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
}

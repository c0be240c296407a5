// Generated from openstack/orchestration.yaml by `npm run generate`. Do not edit.
export interface paths {
    "/v1/{project_id}/stacks": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
            };
            cookie?: never;
        };
        get: operations["listStacks"];
        put?: never;
        post: operations["createStack"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/stacks/{stack_name}/{stack_id}": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        get: operations["showStack"];
        put: operations["updateStack"];
        post?: never;
        delete: operations["deleteStack"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/stacks/{stack_name}/{stack_id}/resources": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        get: operations["listResources"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/stacks/{stack_name}/{stack_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        get: operations["listEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{project_id}/validate": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
            };
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: operations["validateTemplate"];
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
        StackRequest: {
            stack_name?: string;
            template: {
                [key: string]: unknown;
            };
            files: {
                [key: string]: string;
            };
            parameters: {
                [key: string]: unknown;
            };
            timeout_mins?: number;
            disable_rollback: boolean;
            /** @description Separated by commas */
            tags?: string;
        };
        Stack: {
            id: string;
            stack_name: string;
            stack_status: string;
            stack_status_reason?: string | null;
            project?: string;
            creation_time?: string;
            updated_time?: string | null;
            tags?: string[] | null;
            outputs?: {
                output_key: string;
                output_value?: unknown;
                output_error?: string;
            }[];
        };
        Resource: {
            resource_name: string;
            resource_type: string;
            resource_status: string;
            resource_status_reason?: string | null;
            physical_resource_id?: string | null;
            parent_resource?: string;
            required_by?: string[];
            links: components["schemas"]["Link"][];
        };
        Event: {
            id: string;
            event_time: string;
            resource_name: string;
            logical_resource_id?: string;
            physical_resource_id?: string | null;
            resource_status: string;
            resource_status_reason?: string | null;
            links: components["schemas"]["Link"][];
        };
        Link: {
            href: string;
            rel: string;
        };
    };
    responses: {
        /** @description A stack */
        Stack: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/json": {
                    stack: components["schemas"]["Stack"];
                };
            };
        };
    };
    parameters: {
        project_id: string;
        stack_name: string;
        stack_id: string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    listStacks: {
        parameters: {
            query?: {
                name?: string[];
                id?: string;
                global_tenant?: boolean;
            };
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Stacks, without their outputs */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        stacks: components["schemas"]["Stack"][];
                    };
                };
            };
        };
    };
    createStack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StackRequest"];
            };
        };
        responses: {
            /** @description Begun */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        stack: {
                            id: string;
                        };
                    };
                };
            };
        };
    };
    showStack: {
        parameters: {
            query?: {
                resolve_outputs?: boolean;
            };
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            200: components["responses"]["Stack"];
        };
    };
    updateStack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["StackRequest"];
            };
        };
        responses: {
            /** @description Begun */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    deleteStack: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Begun */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listResources: {
        parameters: {
            query?: {
                nested_depth?: number;
            };
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Resources, nested ones included */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        resources: components["schemas"]["Resource"][];
                    };
                };
            };
        };
    };
    listEvents: {
        parameters: {
            query?: {
                nested_depth?: number;
                limit?: number;
                marker?: string;
                sort_keys?: string;
                sort_dir?: "asc" | "desc";
            };
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
                stack_name: components["parameters"]["stack_name"];
                stack_id: components["parameters"]["stack_id"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        events: components["schemas"]["Event"][];
                    };
                };
            };
        };
    };
    validateTemplate: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                project_id: components["parameters"]["project_id"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    template: {
                        [key: string]: unknown;
                    };
                    files?: {
                        [key: string]: string;
                    };
                };
            };
        };
        responses: {
            /** @description Good */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        [key: string]: unknown;
                    };
                };
            };
        };
    };
}

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
  | "listBayEvents"
  | "listNodes"
  | "listNodesDetail"
  | "getNode"
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
  | "createCertificate"
  | "getCertificate"
  | "listMagnumServices";

export declare const MIN_VERSION: string;
export declare const MAX_VERSION: string;
export declare const operations: { readonly [Id in OperationId]: object };

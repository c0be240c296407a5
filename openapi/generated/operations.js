// Generated from magnum.yaml by `npm run generate`. Do not edit.
export const MIN_VERSION = "1.1";
export const MAX_VERSION = "1.14";
export const operations = {
  "getVersions": {
    "id": "getVersions",
    "method": "GET",
    "path": "/",
    "tag": "Versions",
    "summary": "List the versions of the API",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": true,
    "policy": null,
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Versions"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "version list",
      "aliases": [],
      "positional": [],
      "columns": [
        "id",
        "status",
        "min_version",
        "max_version"
      ],
      "rows": "versions",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getV1": {
    "id": "getV1",
    "method": "GET",
    "path": "/v1",
    "tag": "Versions",
    "summary": "Show version 1 of the API and its resources",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": true,
    "policy": null,
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "V1"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "version show",
      "aliases": [],
      "positional": [],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listBayModels": {
    "id": "listBayModels",
    "method": "GET",
    "path": "/v1/baymodels",
    "tag": "Bay models",
    "summary": "List bay models",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "baymodel:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayModelList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "baymodel list",
      "aliases": [
        "baymodel ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "coe",
        "image_id"
      ],
      "rows": "baymodels",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createBayModel": {
    "id": "createBayModel",
    "method": "POST",
    "path": "/v1/baymodels",
    "tag": "Bay models",
    "summary": "Create a bay model",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "baymodel:create",
    "policies": {
      "publish": "baymodel:publish"
    },
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "BayModel"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "baymodel create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listBayModelsDetail": {
    "id": "listBayModelsDetail",
    "method": "GET",
    "path": "/v1/baymodels/detail",
    "tag": "Bay models",
    "summary": "List bay models with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "baymodel:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayModelList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "baymodel list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "coe",
        "image_id"
      ],
      "rows": "baymodels",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getBayModel": {
    "id": "getBayModel",
    "method": "GET",
    "path": "/v1/baymodels/{baymodel_ident}",
    "tag": "Bay models",
    "summary": "Show a bay model",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "baymodel:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayModel"
      }
    ],
    "pathParams": [
      {
        "name": "baymodel_ident",
        "required": true,
        "description": "UUID or name of the bay model.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "baymodel"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "baymodel show",
      "aliases": [],
      "positional": [
        "baymodel_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateBayModel": {
    "id": "updateBayModel",
    "method": "PATCH",
    "path": "/v1/baymodels/{baymodel_ident}",
    "tag": "Bay models",
    "summary": "Change a bay model",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "baymodel:update",
    "policies": {
      "publish": "baymodel:publish"
    },
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayModel"
      }
    ],
    "pathParams": [
      {
        "name": "baymodel_ident",
        "required": true,
        "description": "UUID or name of the bay model.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "baymodel"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "BayModel",
    "cli": {
      "command": "baymodel update",
      "aliases": [],
      "positional": [
        "baymodel_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteBayModel": {
    "id": "deleteBayModel",
    "method": "DELETE",
    "path": "/v1/baymodels/{baymodel_ident}",
    "tag": "Bay models",
    "summary": "Delete a bay model",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "baymodel:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "baymodel_ident",
        "required": true,
        "description": "UUID or name of the bay model.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "baymodel"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "baymodel delete",
      "aliases": [
        "baymodel rm"
      ],
      "positional": [
        "baymodel_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "listBays": {
    "id": "listBays",
    "method": "GET",
    "path": "/v1/bays",
    "tag": "Bays",
    "summary": "List bays",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "status",
        "required": false,
        "description": "Only what has this status. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "CREATE_IN_PROGRESS",
            "CREATE_FAILED",
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_FAILED",
            "UPDATE_COMPLETE",
            "DELETE_IN_PROGRESS",
            "DELETE_FAILED",
            "DELETE_COMPLETE",
            "RESUME_COMPLETE",
            "RESUME_FAILED",
            "RESTORE_COMPLETE",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_FAILED",
            "ROLLBACK_COMPLETE",
            "SNAPSHOT_COMPLETE",
            "CHECK_COMPLETE",
            "ADOPT_COMPLETE"
          ]
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      },
      {
        "name": "bay_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "bay list",
      "aliases": [
        "bay ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "node_count",
        "master_count",
        "status"
      ],
      "rows": "bays",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createBay": {
    "id": "createBay",
    "method": "POST",
    "path": "/v1/bays",
    "tag": "Bays",
    "summary": "Create a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": "1.1",
        "status": 201,
        "schema": "Bay"
      },
      {
        "from": "1.2",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      },
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayPlan"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "dry_run",
        "required": false,
        "description": "Answer what would be made, and make nothing (an extension; at every version).",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": null
      },
      {
        "name": "render",
        "required": false,
        "description": "With `dry_run`, answer the stack as well, as the orchestrator would get it.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "bay create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "create"
    }
  },
  "listBaysDetail": {
    "id": "listBaysDetail",
    "method": "GET",
    "path": "/v1/bays/detail",
    "tag": "Bays",
    "summary": "List bays with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "status",
        "required": false,
        "description": "Only what has this status. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "CREATE_IN_PROGRESS",
            "CREATE_FAILED",
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_FAILED",
            "UPDATE_COMPLETE",
            "DELETE_IN_PROGRESS",
            "DELETE_FAILED",
            "DELETE_COMPLETE",
            "RESUME_COMPLETE",
            "RESUME_FAILED",
            "RESTORE_COMPLETE",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_FAILED",
            "ROLLBACK_COMPLETE",
            "SNAPSHOT_COMPLETE",
            "CHECK_COMPLETE",
            "ADOPT_COMPLETE"
          ]
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      },
      {
        "name": "bay_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "bay list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "node_count",
        "master_count",
        "status",
        "api_address"
      ],
      "rows": "bays",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getBay": {
    "id": "getBay",
    "method": "GET",
    "path": "/v1/bays/{bay_ident}",
    "tag": "Bays",
    "summary": "Show a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Bay"
      }
    ],
    "pathParams": [
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "bay show",
      "aliases": [],
      "positional": [
        "bay_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateBay": {
    "id": "updateBay",
    "method": "PATCH",
    "path": "/v1/bays/{bay_ident}",
    "tag": "Bays",
    "summary": "Change the number of a bay's nodes",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": "1.1",
        "status": 200,
        "schema": "Bay"
      },
      {
        "from": "1.2",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [
      {
        "name": "rollback",
        "required": false,
        "description": "Whether the orchestrator undoes a change that fails.",
        "minVersion": "1.3",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": null
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Bay",
    "cli": {
      "command": "bay update",
      "aliases": [],
      "positional": [
        "bay_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "deleteBay": {
    "id": "deleteBay",
    "method": "DELETE",
    "path": "/v1/bays/{bay_ident}",
    "tag": "Bays",
    "summary": "Delete a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "bay delete",
      "aliases": [
        "bay rm"
      ],
      "positional": [
        "bay_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": "delete"
    }
  },
  "getBayConfig": {
    "id": "getBayConfig",
    "method": "GET",
    "path": "/v1/bays/{bay_ident}/config",
    "tag": "Bays",
    "summary": "Make what a client needs to reach a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:config",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClientConfig"
      }
    ],
    "pathParams": [
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [
      {
        "name": "valid_for",
        "required": false,
        "description": "Seconds until the client certificate ends; a day where absent, at most 30 days.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 10,
          "maximum": 2592000,
          "default": 86400
        },
        "cli": null
      },
      {
        "name": "format",
        "required": false,
        "description": "`json`: all files in one document; `kubeconfig`: that file alone, as YAML.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "json",
            "kubeconfig"
          ],
          "default": "json"
        },
        "cli": null
      },
      {
        "name": "csr",
        "required": false,
        "description": "Certificate signing request, PEM, of a key that the caller keeps; the service makes no key then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 8192
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "listBayEvents": {
    "id": "listBayEvents",
    "method": "GET",
    "path": "/v1/bays/{bay_ident}/events",
    "tag": "Bays",
    "summary": "List what has happened to a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:events",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayEventList"
      }
    ],
    "pathParams": [
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [
      {
        "name": "after",
        "required": false,
        "description": "Only events later than the one with this id.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 0,
          "default": 0
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "At most this many.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000,
          "default": 100
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": true,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "bay events",
      "aliases": [],
      "positional": [
        "bay_ident"
      ],
      "columns": [
        "at",
        "kind",
        "resource",
        "status",
        "reason"
      ],
      "rows": "events",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "loadBayImage": {
    "id": "loadBayImage",
    "method": "POST",
    "path": "/v1/bays/{bay_ident}/images",
    "tag": "Bays",
    "summary": "Copy an image to the nodes of a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "bay:load_image",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ImageLoaded"
      }
    ],
    "pathParams": [
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": null
  },
  "listClusterTemplates": {
    "id": "listClusterTemplates",
    "method": "GET",
    "path": "/v1/clustertemplates",
    "tag": "Cluster templates",
    "summary": "List cluster templates",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "clustertemplate:get_all",
    "policies": {
      "allProjects": "clustertemplate:get_all_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClusterTemplateList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "clustertemplate list",
      "aliases": [
        "clustertemplate ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "tags"
      ],
      "rows": "clustertemplates",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createClusterTemplate": {
    "id": "createClusterTemplate",
    "method": "POST",
    "path": "/v1/clustertemplates",
    "tag": "Cluster templates",
    "summary": "Create a cluster template",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "clustertemplate:create",
    "policies": {
      "publish": "clustertemplate:publish"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "ClusterTemplate"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "clustertemplate create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listClusterTemplatesDetail": {
    "id": "listClusterTemplatesDetail",
    "method": "GET",
    "path": "/v1/clustertemplates/detail",
    "tag": "Cluster templates",
    "summary": "List cluster templates with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "clustertemplate:detail",
    "policies": {
      "allProjects": "clustertemplate:detail_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClusterTemplateList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "clustertemplate list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "coe",
        "image_id",
        "tags"
      ],
      "rows": "clustertemplates",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getClusterTemplate": {
    "id": "getClusterTemplate",
    "method": "GET",
    "path": "/v1/clustertemplates/{clustertemplate_ident}",
    "tag": "Cluster templates",
    "summary": "Show a cluster template",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "clustertemplate:get",
    "policies": {
      "allProjects": "clustertemplate:get_one_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClusterTemplate"
      }
    ],
    "pathParams": [
      {
        "name": "clustertemplate_ident",
        "required": true,
        "description": "UUID or name of the cluster template.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "clustertemplate"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "clustertemplate show",
      "aliases": [],
      "positional": [
        "clustertemplate_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateClusterTemplate": {
    "id": "updateClusterTemplate",
    "method": "PATCH",
    "path": "/v1/clustertemplates/{clustertemplate_ident}",
    "tag": "Cluster templates",
    "summary": "Change a cluster template",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "clustertemplate:update",
    "policies": {
      "allProjects": "clustertemplate:update_all_projects",
      "publish": "clustertemplate:publish"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClusterTemplate"
      }
    ],
    "pathParams": [
      {
        "name": "clustertemplate_ident",
        "required": true,
        "description": "UUID or name of the cluster template.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "clustertemplate"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "ClusterTemplate",
    "cli": {
      "command": "clustertemplate update",
      "aliases": [],
      "positional": [
        "clustertemplate_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteClusterTemplate": {
    "id": "deleteClusterTemplate",
    "method": "DELETE",
    "path": "/v1/clustertemplates/{clustertemplate_ident}",
    "tag": "Cluster templates",
    "summary": "Delete a cluster template",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "clustertemplate:delete",
    "policies": {
      "allProjects": "clustertemplate:delete_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "clustertemplate_ident",
        "required": true,
        "description": "UUID or name of the cluster template.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "clustertemplate"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "clustertemplate delete",
      "aliases": [
        "clustertemplate rm"
      ],
      "positional": [
        "clustertemplate_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "listClusters": {
    "id": "listClusters",
    "method": "GET",
    "path": "/v1/clusters",
    "tag": "Clusters",
    "summary": "List clusters",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:get_all",
    "policies": {
      "allProjects": "cluster:get_all_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClusterList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "status",
        "required": false,
        "description": "Only what has this status. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "CREATE_IN_PROGRESS",
            "CREATE_FAILED",
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_FAILED",
            "UPDATE_COMPLETE",
            "DELETE_IN_PROGRESS",
            "DELETE_FAILED",
            "DELETE_COMPLETE",
            "RESUME_COMPLETE",
            "RESUME_FAILED",
            "RESTORE_COMPLETE",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_FAILED",
            "ROLLBACK_COMPLETE",
            "SNAPSHOT_COMPLETE",
            "CHECK_COMPLETE",
            "ADOPT_COMPLETE"
          ]
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "cluster list",
      "aliases": [
        "cluster ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "keypair",
        "node_count",
        "master_count",
        "status",
        "health_status"
      ],
      "rows": "clusters",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createCluster": {
    "id": "createCluster",
    "method": "POST",
    "path": "/v1/clusters",
    "tag": "Clusters",
    "summary": "Create a cluster",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:create",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      },
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayPlan"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "dry_run",
        "required": false,
        "description": "Answer what would be made, and make nothing (an extension; at every version).",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": null
      },
      {
        "name": "render",
        "required": false,
        "description": "With `dry_run`, answer the stack as well, as the orchestrator would get it.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "cluster create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "create"
    }
  },
  "listClustersDetail": {
    "id": "listClustersDetail",
    "method": "GET",
    "path": "/v1/clusters/detail",
    "tag": "Clusters",
    "summary": "List clusters with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:detail",
    "policies": {
      "allProjects": "cluster:detail_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClusterDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "name",
        "required": false,
        "description": "Only what has just this name. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "status",
        "required": false,
        "description": "Only what has this status. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "CREATE_IN_PROGRESS",
            "CREATE_FAILED",
            "CREATE_COMPLETE",
            "UPDATE_IN_PROGRESS",
            "UPDATE_FAILED",
            "UPDATE_COMPLETE",
            "DELETE_IN_PROGRESS",
            "DELETE_FAILED",
            "DELETE_COMPLETE",
            "RESUME_COMPLETE",
            "RESUME_FAILED",
            "RESTORE_COMPLETE",
            "ROLLBACK_IN_PROGRESS",
            "ROLLBACK_FAILED",
            "ROLLBACK_COMPLETE",
            "SNAPSHOT_COMPLETE",
            "CHECK_COMPLETE",
            "ADOPT_COMPLETE"
          ]
        },
        "cli": null
      },
      {
        "name": "label",
        "required": false,
        "description": "Only what has this label, with any value or with the one given: `tier` or `tier=gold`. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 512
        },
        "cli": null
      },
      {
        "name": "updated_since",
        "required": false,
        "description": "Only what was made or changed (its status included) at this time or later; UTC where no offset is given. An extension.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 40,
          "pattern": "^\\d{4}-\\d\\d-\\d\\d([T ]\\d\\d:\\d\\d(:\\d\\d(\\.\\d{1,9})?)?(Z|[+ -]\\d\\d:\\d\\d)?)?$",
          "examples": [
            "2026-01-31T12:00:00Z"
          ]
        },
        "cli": {
          "flags": [
            "updated-since"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "cluster list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "keypair",
        "node_count",
        "master_count",
        "status",
        "health_status",
        "api_address"
      ],
      "rows": "clusters",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getCluster": {
    "id": "getCluster",
    "method": "GET",
    "path": "/v1/clusters/{cluster_ident}",
    "tag": "Clusters",
    "summary": "Show a cluster",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:get",
    "policies": {
      "allProjects": "cluster:get_one_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Cluster"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "cluster show",
      "aliases": [],
      "positional": [
        "cluster_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateCluster": {
    "id": "updateCluster",
    "method": "PATCH",
    "path": "/v1/clusters/{cluster_ident}",
    "tag": "Clusters",
    "summary": "Change the number of a cluster's nodes, or report its health",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:update",
    "policies": {
      "allProjects": "cluster:update_all_projects",
      "health": "cluster:update_health_status"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [
      {
        "name": "rollback",
        "required": false,
        "description": "Whether the orchestrator undoes a change that fails.",
        "minVersion": "1.3",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": null
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Cluster",
    "cli": {
      "command": "cluster update",
      "aliases": [],
      "positional": [
        "cluster_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "deleteCluster": {
    "id": "deleteCluster",
    "method": "DELETE",
    "path": "/v1/clusters/{cluster_ident}",
    "tag": "Clusters",
    "summary": "Delete a cluster",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:delete",
    "policies": {
      "allProjects": "cluster:delete_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "cluster delete",
      "aliases": [
        "cluster rm"
      ],
      "positional": [
        "cluster_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": "delete"
    }
  },
  "getClusterConfig": {
    "id": "getClusterConfig",
    "method": "GET",
    "path": "/v1/clusters/{cluster_ident}/config",
    "tag": "Clusters",
    "summary": "Make what a client needs to reach a cluster",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:config",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ClientConfig"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [
      {
        "name": "valid_for",
        "required": false,
        "description": "Seconds until the client certificate ends; a day where absent, at most 30 days.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 10,
          "maximum": 2592000,
          "default": 86400
        },
        "cli": null
      },
      {
        "name": "format",
        "required": false,
        "description": "`json`: all files in one document; `kubeconfig`: that file alone, as YAML.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "json",
            "kubeconfig"
          ],
          "default": "json"
        },
        "cli": null
      },
      {
        "name": "csr",
        "required": false,
        "description": "Certificate signing request, PEM, of a key that the caller keeps; the service makes no key then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 8192
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "listClusterEvents": {
    "id": "listClusterEvents",
    "method": "GET",
    "path": "/v1/clusters/{cluster_ident}/events",
    "tag": "Clusters",
    "summary": "List what has happened to a cluster",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:events",
    "policies": {
      "allProjects": "cluster:get_one_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BayEventList"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [
      {
        "name": "after",
        "required": false,
        "description": "Only events later than the one with this id.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 0,
          "default": 0
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "At most this many.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1,
          "maximum": 1000,
          "default": 100
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": true,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "cluster events",
      "aliases": [],
      "positional": [
        "cluster_ident"
      ],
      "columns": [
        "at",
        "kind",
        "resource",
        "status",
        "reason"
      ],
      "rows": "events",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "loadClusterImage": {
    "id": "loadClusterImage",
    "method": "POST",
    "path": "/v1/clusters/{cluster_ident}/images",
    "tag": "Clusters",
    "summary": "Copy an image to the nodes of a cluster",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:load_image",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ImageLoaded"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": null
  },
  "resizeCluster": {
    "id": "resizeCluster",
    "method": "POST",
    "path": "/v1/clusters/{cluster_ident}/actions/resize",
    "tag": "Clusters",
    "summary": "Change the number of nodes of a node group",
    "minVersion": "1.7",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:resize",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.7",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "cluster resize",
      "aliases": [],
      "positional": [
        "cluster_ident",
        "node_count"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "upgradeCluster": {
    "id": "upgradeCluster",
    "method": "POST",
    "path": "/v1/clusters/{cluster_ident}/actions/upgrade",
    "tag": "Clusters",
    "summary": "Move a cluster to another cluster template",
    "minVersion": "1.7",
    "maxVersion": null,
    "public": false,
    "policy": "cluster:upgrade",
    "policies": {
      "allProjects": "cluster:upgrade_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.7",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "cluster upgrade",
      "aliases": [],
      "positional": [
        "cluster_ident",
        "cluster_template"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "listNodeGroups": {
    "id": "listNodeGroups",
    "method": "GET",
    "path": "/v1/clusters/{cluster_ident}/nodegroups",
    "tag": "Node groups",
    "summary": "List the node groups of a cluster",
    "minVersion": "1.9",
    "maxVersion": null,
    "public": false,
    "policy": "nodegroup:get_all",
    "policies": {
      "allProjects": "nodegroup:get_all_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.9",
        "to": null,
        "status": 200,
        "schema": "NodeGroupList"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [
      {
        "name": "role",
        "required": false,
        "description": "Only groups of this role.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "nodegroup list",
      "aliases": [
        "nodegroup ls"
      ],
      "positional": [
        "cluster_ident"
      ],
      "columns": [
        "uuid",
        "name",
        "flavor_id",
        "image_id",
        "node_count",
        "status",
        "role"
      ],
      "rows": "nodegroups",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createNodeGroup": {
    "id": "createNodeGroup",
    "method": "POST",
    "path": "/v1/clusters/{cluster_ident}/nodegroups",
    "tag": "Node groups",
    "summary": "Add a node group to a cluster",
    "minVersion": "1.9",
    "maxVersion": null,
    "public": false,
    "policy": "nodegroup:create",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.9",
        "to": null,
        "status": 202,
        "schema": "NodeGroup"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "nodegroup create",
      "aliases": [],
      "positional": [
        "cluster_ident",
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "getNodeGroup": {
    "id": "getNodeGroup",
    "method": "GET",
    "path": "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}",
    "tag": "Node groups",
    "summary": "Show a node group",
    "minVersion": "1.9",
    "maxVersion": null,
    "public": false,
    "policy": "nodegroup:get",
    "policies": {
      "allProjects": "nodegroup:get_one_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.9",
        "to": null,
        "status": 200,
        "schema": "NodeGroup"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      },
      {
        "name": "nodegroup_ident",
        "required": true,
        "description": "UUID, name or number of the node group.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "nodegroup"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "nodegroup show",
      "aliases": [],
      "positional": [
        "cluster_ident",
        "nodegroup_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateNodeGroup": {
    "id": "updateNodeGroup",
    "method": "PATCH",
    "path": "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}",
    "tag": "Node groups",
    "summary": "Change bounds, node labels and taints of a node group",
    "minVersion": "1.9",
    "maxVersion": null,
    "public": false,
    "policy": "nodegroup:update",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.9",
        "to": null,
        "status": 202,
        "schema": "NodeGroup"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      },
      {
        "name": "nodegroup_ident",
        "required": true,
        "description": "UUID, name or number of the node group.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "nodegroup"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "NodeGroup",
    "cli": {
      "command": "nodegroup update",
      "aliases": [],
      "positional": [
        "cluster_ident",
        "nodegroup_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "deleteNodeGroup": {
    "id": "deleteNodeGroup",
    "method": "DELETE",
    "path": "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}",
    "tag": "Node groups",
    "summary": "Delete a node group with its nodes",
    "minVersion": "1.9",
    "maxVersion": null,
    "public": false,
    "policy": "nodegroup:delete",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.9",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      },
      {
        "name": "nodegroup_ident",
        "required": true,
        "description": "UUID, name or number of the node group.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "nodegroup"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "nodegroup delete",
      "aliases": [
        "nodegroup rm"
      ],
      "positional": [
        "cluster_ident",
        "nodegroup_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": "update"
    }
  },
  "listNodeGroupNodes": {
    "id": "listNodeGroupNodes",
    "method": "GET",
    "path": "/v1/clusters/{cluster_ident}/nodegroups/{nodegroup_ident}/nodes",
    "tag": "Node groups",
    "summary": "List the nodes of a node group",
    "minVersion": "1.9",
    "maxVersion": null,
    "public": false,
    "policy": "nodegroup:get",
    "policies": {
      "allProjects": "nodegroup:get_one_all_projects"
    },
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.9",
        "to": null,
        "status": 200,
        "schema": "NodeGroupNodeList"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the cluster.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "cluster"
        }
      },
      {
        "name": "nodegroup_ident",
        "required": true,
        "description": "UUID, name or number of the node group.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "nodegroup"
        }
      }
    ],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "nodegroup nodes",
      "aliases": [],
      "positional": [
        "cluster_ident",
        "nodegroup_ident"
      ],
      "columns": [
        "uuid",
        "name",
        "server_id",
        "status",
        "state",
        "private_address",
        "public_address"
      ],
      "rows": "nodes",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listDrivers": {
    "id": "listDrivers",
    "method": "GET",
    "path": "/v1/drivers",
    "tag": "Drivers",
    "summary": "List drivers with the labels that they read",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "driver:get_all",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "DriverList"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "driver list",
      "aliases": [
        "driver ls"
      ],
      "positional": [],
      "columns": [
        "name",
        "platforms"
      ],
      "rows": "drivers",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getDriver": {
    "id": "getDriver",
    "method": "GET",
    "path": "/v1/drivers/{driver_ident}",
    "tag": "Drivers",
    "summary": "Show what a driver can serve, and the labels that it reads",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "driver:get",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Driver"
      }
    ],
    "pathParams": [
      {
        "name": "driver_ident",
        "required": true,
        "description": "Name of the driver.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "driver"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "driver show",
      "aliases": [],
      "positional": [
        "driver_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listNodes": {
    "id": "listNodes",
    "method": "GET",
    "path": "/v1/nodes",
    "tag": "Nodes",
    "summary": "List nodes",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "node:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "NodeList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "Only what belongs to the bay with this UUID or name.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "node list",
      "aliases": [
        "node ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "role",
        "status",
        "state",
        "private_address",
        "public_address"
      ],
      "rows": "nodes",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createNode": {
    "id": "createNode",
    "method": "POST",
    "path": "/v1/nodes",
    "tag": "Nodes",
    "summary": "Note a server that belongs to no bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "node:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Node"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "node create",
      "aliases": [],
      "positional": [],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listNodesDetail": {
    "id": "listNodesDetail",
    "method": "GET",
    "path": "/v1/nodes/detail",
    "tag": "Nodes",
    "summary": "List nodes with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "node:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "NodeDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "Only what belongs to the bay with this UUID or name.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "node list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "role",
        "status",
        "state",
        "private_address",
        "public_address",
        "engine_version"
      ],
      "rows": "nodes",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getNode": {
    "id": "getNode",
    "method": "GET",
    "path": "/v1/nodes/{node_ident}",
    "tag": "Nodes",
    "summary": "Show a node",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "node:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Node"
      }
    ],
    "pathParams": [
      {
        "name": "node_ident",
        "required": true,
        "description": "UUID or name of the node.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "node"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "node show",
      "aliases": [],
      "positional": [
        "node_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateNode": {
    "id": "updateNode",
    "method": "PATCH",
    "path": "/v1/nodes/{node_ident}",
    "tag": "Nodes",
    "summary": "Change the record of a server that belongs to no bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "node:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Node"
      }
    ],
    "pathParams": [
      {
        "name": "node_ident",
        "required": true,
        "description": "UUID or name of the node.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "node"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Node",
    "cli": {
      "command": "node update",
      "aliases": [],
      "positional": [
        "node_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteNode": {
    "id": "deleteNode",
    "method": "DELETE",
    "path": "/v1/nodes/{node_ident}",
    "tag": "Nodes",
    "summary": "Forget a server that belongs to no bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "node:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "node_ident",
        "required": true,
        "description": "UUID or name of the node.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "node"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "node delete",
      "aliases": [
        "node rm"
      ],
      "positional": [
        "node_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "listContainers": {
    "id": "listContainers",
    "method": "GET",
    "path": "/v1/containers",
    "tag": "Containers",
    "summary": "List containers",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ContainerList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "Only what belongs to the bay with this UUID or name.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container list",
      "aliases": [
        "container ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "image",
        "status",
        "bay_uuid"
      ],
      "rows": "containers",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createContainer": {
    "id": "createContainer",
    "method": "POST",
    "path": "/v1/containers",
    "tag": "Containers",
    "summary": "Create a container in a Swarm bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Container"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "container create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listContainersDetail": {
    "id": "listContainersDetail",
    "method": "GET",
    "path": "/v1/containers/detail",
    "tag": "Containers",
    "summary": "List containers with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ContainerDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "Only what belongs to the bay with this UUID or name.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "image",
        "status",
        "node",
        "bay_uuid"
      ],
      "rows": "containers",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getContainer": {
    "id": "getContainer",
    "method": "GET",
    "path": "/v1/containers/{container_ident}",
    "tag": "Containers",
    "summary": "Show a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Container"
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container show",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateContainer": {
    "id": "updateContainer",
    "method": "PATCH",
    "path": "/v1/containers/{container_ident}",
    "tag": "Containers",
    "summary": "Change the record of a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Container"
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Container",
    "cli": {
      "command": "container update",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteContainer": {
    "id": "deleteContainer",
    "method": "DELETE",
    "path": "/v1/containers/{container_ident}",
    "tag": "Containers",
    "summary": "Delete a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container delete",
      "aliases": [
        "container rm"
      ],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "startContainer": {
    "id": "startContainer",
    "method": "PUT",
    "path": "/v1/containers/{container_ident}/start",
    "tag": "Containers",
    "summary": "Start a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:start",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container start",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "stopContainer": {
    "id": "stopContainer",
    "method": "PUT",
    "path": "/v1/containers/{container_ident}/stop",
    "tag": "Containers",
    "summary": "Stop a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:stop",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container stop",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "rebootContainer": {
    "id": "rebootContainer",
    "method": "PUT",
    "path": "/v1/containers/{container_ident}/reboot",
    "tag": "Containers",
    "summary": "Restart a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:reboot",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container reboot",
      "aliases": [
        "container restart"
      ],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "pauseContainer": {
    "id": "pauseContainer",
    "method": "PUT",
    "path": "/v1/containers/{container_ident}/pause",
    "tag": "Containers",
    "summary": "Freeze a container's processes",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:pause",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container pause",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "unpauseContainer": {
    "id": "unpauseContainer",
    "method": "PUT",
    "path": "/v1/containers/{container_ident}/unpause",
    "tag": "Containers",
    "summary": "Let a container's processes run again",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:unpause",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container unpause",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getContainerLogs": {
    "id": "getContainerLogs",
    "method": "GET",
    "path": "/v1/containers/{container_ident}/logs",
    "tag": "Containers",
    "summary": "Show what a container has written",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:logs",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Output"
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container logs",
      "aliases": [],
      "positional": [
        "container_ident"
      ],
      "columns": [],
      "rows": null,
      "text": "output",
      "many": false,
      "wait": null
    }
  },
  "executeContainer": {
    "id": "executeContainer",
    "method": "PUT",
    "path": "/v1/containers/{container_ident}/execute",
    "tag": "Containers",
    "summary": "Run a command in a container",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "container:execute",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Output"
      }
    ],
    "pathParams": [
      {
        "name": "container_ident",
        "required": true,
        "description": "UUID or name of the container.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "container"
        }
      }
    ],
    "queryParams": [
      {
        "name": "command",
        "required": true,
        "description": "The command line, split at blanks as a shell would, without a shell.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 4096
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "container exec",
      "aliases": [
        "container execute"
      ],
      "positional": [
        "container_ident",
        "command"
      ],
      "columns": [],
      "rows": null,
      "text": "output",
      "many": false,
      "wait": null
    }
  },
  "listPods": {
    "id": "listPods",
    "method": "GET",
    "path": "/v1/pods",
    "tag": "Kubernetes",
    "summary": "List the pods of a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "PodList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "pod_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "pod list",
      "aliases": [
        "pod ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "images",
        "status",
        "host"
      ],
      "rows": "pods",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createPod": {
    "id": "createPod",
    "method": "POST",
    "path": "/v1/pods",
    "tag": "Kubernetes",
    "summary": "Create a pod in a Kubernetes bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Pod"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "pod create",
      "aliases": [],
      "positional": [],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listPodsDetail": {
    "id": "listPodsDetail",
    "method": "GET",
    "path": "/v1/pods/detail",
    "tag": "Kubernetes",
    "summary": "List the pods of a bay with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "PodDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "pod_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "pod list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "images",
        "status",
        "host"
      ],
      "rows": "pods",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getPod": {
    "id": "getPod",
    "method": "GET",
    "path": "/v1/pods/{pod_ident}",
    "tag": "Kubernetes",
    "summary": "Show a pod",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Pod"
      }
    ],
    "pathParams": [
      {
        "name": "pod_ident",
        "required": true,
        "description": "UUID or name of the pod.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "pod"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "pod show",
      "aliases": [],
      "positional": [
        "pod_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updatePod": {
    "id": "updatePod",
    "method": "PATCH",
    "path": "/v1/pods/{pod_ident}",
    "tag": "Kubernetes",
    "summary": "Replace a pod by another manifest",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Pod"
      }
    ],
    "pathParams": [
      {
        "name": "pod_ident",
        "required": true,
        "description": "UUID or name of the pod.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "pod"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Pod",
    "cli": {
      "command": "pod update",
      "aliases": [],
      "positional": [
        "pod_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deletePod": {
    "id": "deletePod",
    "method": "DELETE",
    "path": "/v1/pods/{pod_ident}",
    "tag": "Kubernetes",
    "summary": "Delete a pod",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "pod_ident",
        "required": true,
        "description": "UUID or name of the pod.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "pod"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "pod delete",
      "aliases": [],
      "positional": [
        "pod_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "getPodOfBay": {
    "id": "getPodOfBay",
    "method": "GET",
    "path": "/v1/pods/{pod_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Show a pod, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Pod"
      }
    ],
    "pathParams": [
      {
        "name": "pod_ident",
        "required": true,
        "description": "UUID or name of the pod.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "pod"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "updatePodOfBay": {
    "id": "updatePodOfBay",
    "method": "PATCH",
    "path": "/v1/pods/{pod_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Replace a pod by another manifest, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Pod"
      }
    ],
    "pathParams": [
      {
        "name": "pod_ident",
        "required": true,
        "description": "UUID or name of the pod.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "pod"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Pod",
    "cli": null
  },
  "deletePodOfBay": {
    "id": "deletePodOfBay",
    "method": "DELETE",
    "path": "/v1/pods/{pod_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Delete a pod, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "pod:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "pod_ident",
        "required": true,
        "description": "UUID or name of the pod.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "pod"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "listServices": {
    "id": "listServices",
    "method": "GET",
    "path": "/v1/services",
    "tag": "Kubernetes",
    "summary": "List the services of a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ServiceList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "service_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "coeservice list",
      "aliases": [
        "coeservice ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "selector",
        "ip",
        "ports"
      ],
      "rows": "services",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createService": {
    "id": "createService",
    "method": "POST",
    "path": "/v1/services",
    "tag": "Kubernetes",
    "summary": "Create a service in a Kubernetes bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Service"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "coeservice create",
      "aliases": [],
      "positional": [],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listServicesDetail": {
    "id": "listServicesDetail",
    "method": "GET",
    "path": "/v1/services/detail",
    "tag": "Kubernetes",
    "summary": "List the services of a bay with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ServiceDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "service_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "coeservice list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "selector",
        "ip",
        "ports"
      ],
      "rows": "services",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getService": {
    "id": "getService",
    "method": "GET",
    "path": "/v1/services/{service_ident}",
    "tag": "Kubernetes",
    "summary": "Show a service",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Service"
      }
    ],
    "pathParams": [
      {
        "name": "service_ident",
        "required": true,
        "description": "UUID or name of the service.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "coeservice"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "coeservice show",
      "aliases": [],
      "positional": [
        "service_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateService": {
    "id": "updateService",
    "method": "PATCH",
    "path": "/v1/services/{service_ident}",
    "tag": "Kubernetes",
    "summary": "Replace a service by another manifest",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Service"
      }
    ],
    "pathParams": [
      {
        "name": "service_ident",
        "required": true,
        "description": "UUID or name of the service.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "coeservice"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Service",
    "cli": {
      "command": "coeservice update",
      "aliases": [],
      "positional": [
        "service_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteService": {
    "id": "deleteService",
    "method": "DELETE",
    "path": "/v1/services/{service_ident}",
    "tag": "Kubernetes",
    "summary": "Delete a service",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "service_ident",
        "required": true,
        "description": "UUID or name of the service.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "coeservice"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "coeservice delete",
      "aliases": [],
      "positional": [
        "service_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "getServiceOfBay": {
    "id": "getServiceOfBay",
    "method": "GET",
    "path": "/v1/services/{service_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Show a service, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Service"
      }
    ],
    "pathParams": [
      {
        "name": "service_ident",
        "required": true,
        "description": "UUID or name of the service.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "coeservice"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "updateServiceOfBay": {
    "id": "updateServiceOfBay",
    "method": "PATCH",
    "path": "/v1/services/{service_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Replace a service by another manifest, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Service"
      }
    ],
    "pathParams": [
      {
        "name": "service_ident",
        "required": true,
        "description": "UUID or name of the service.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "coeservice"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Service",
    "cli": null
  },
  "deleteServiceOfBay": {
    "id": "deleteServiceOfBay",
    "method": "DELETE",
    "path": "/v1/services/{service_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Delete a service, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "service:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "service_ident",
        "required": true,
        "description": "UUID or name of the service.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "coeservice"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "listReplicationControllers": {
    "id": "listReplicationControllers",
    "method": "GET",
    "path": "/v1/rcs",
    "tag": "Kubernetes",
    "summary": "List the replication controllers of a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ReplicationControllerList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "rc_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "rc list",
      "aliases": [
        "rc ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "images",
        "replicas"
      ],
      "rows": "rcs",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createReplicationController": {
    "id": "createReplicationController",
    "method": "POST",
    "path": "/v1/rcs",
    "tag": "Kubernetes",
    "summary": "Create a replication controller in a Kubernetes bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "ReplicationController"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "rc create",
      "aliases": [],
      "positional": [],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listReplicationControllersDetail": {
    "id": "listReplicationControllersDetail",
    "method": "GET",
    "path": "/v1/rcs/detail",
    "tag": "Kubernetes",
    "summary": "List the replication controllers of a bay with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ReplicationControllerDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      },
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "rc_uuid",
        "required": false,
        "description": "Accepted from Kilo's clients, and passed over as it was then.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 255
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "rc list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "images",
        "replicas"
      ],
      "rows": "rcs",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getReplicationController": {
    "id": "getReplicationController",
    "method": "GET",
    "path": "/v1/rcs/{rc_ident}",
    "tag": "Kubernetes",
    "summary": "Show a replication controller",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ReplicationController"
      }
    ],
    "pathParams": [
      {
        "name": "rc_ident",
        "required": true,
        "description": "UUID or name of the replication controller.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "rc"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "rc show",
      "aliases": [],
      "positional": [
        "rc_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateReplicationController": {
    "id": "updateReplicationController",
    "method": "PATCH",
    "path": "/v1/rcs/{rc_ident}",
    "tag": "Kubernetes",
    "summary": "Replace a replication controller by another manifest",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ReplicationController"
      }
    ],
    "pathParams": [
      {
        "name": "rc_ident",
        "required": true,
        "description": "UUID or name of the replication controller.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "rc"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "ReplicationController",
    "cli": {
      "command": "rc update",
      "aliases": [],
      "positional": [
        "rc_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteReplicationController": {
    "id": "deleteReplicationController",
    "method": "DELETE",
    "path": "/v1/rcs/{rc_ident}",
    "tag": "Kubernetes",
    "summary": "Delete a replication controller",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "rc_ident",
        "required": true,
        "description": "UUID or name of the replication controller.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "rc"
        }
      }
    ],
    "queryParams": [
      {
        "name": "bay_ident",
        "required": false,
        "description": "UUID or name of the bay. It must be named.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "flags": [
            "bay",
            "bay-ident"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "rc delete",
      "aliases": [],
      "positional": [
        "rc_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "getReplicationControllerOfBay": {
    "id": "getReplicationControllerOfBay",
    "method": "GET",
    "path": "/v1/rcs/{rc_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Show a replication controller, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:get",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ReplicationController"
      }
    ],
    "pathParams": [
      {
        "name": "rc_ident",
        "required": true,
        "description": "UUID or name of the replication controller.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "rc"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "updateReplicationControllerOfBay": {
    "id": "updateReplicationControllerOfBay",
    "method": "PATCH",
    "path": "/v1/rcs/{rc_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Replace a replication controller by another manifest, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:update",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "ReplicationController"
      }
    ],
    "pathParams": [
      {
        "name": "rc_ident",
        "required": true,
        "description": "UUID or name of the replication controller.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "rc"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "ReplicationController",
    "cli": null
  },
  "deleteReplicationControllerOfBay": {
    "id": "deleteReplicationControllerOfBay",
    "method": "DELETE",
    "path": "/v1/rcs/{rc_ident}/{bay_ident}",
    "tag": "Kubernetes",
    "summary": "Delete a replication controller, the bay being the last segment",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "rc:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "rc_ident",
        "required": true,
        "description": "UUID or name of the replication controller.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "rc"
        }
      },
      {
        "name": "bay_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "listX509KeyPairs": {
    "id": "listX509KeyPairs",
    "method": "GET",
    "path": "/v1/x509keypairs",
    "tag": "Certificates",
    "summary": "List key pairs that were kept for bays",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "x509keypair:get_all",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "X509KeyPairList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "x509keypair list",
      "aliases": [
        "x509keypair ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "bay_uuid"
      ],
      "rows": "x509keypairs",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createX509KeyPair": {
    "id": "createX509KeyPair",
    "method": "POST",
    "path": "/v1/x509keypairs",
    "tag": "Certificates",
    "summary": "Keep a key pair for a bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "x509keypair:create",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "X509KeyPair"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "x509keypair create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listX509KeyPairsDetail": {
    "id": "listX509KeyPairsDetail",
    "method": "GET",
    "path": "/v1/x509keypairs/detail",
    "tag": "Certificates",
    "summary": "List key pairs with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "x509keypair:detail",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "X509KeyPairDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "x509keypair list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "bay_uuid",
        "created_at"
      ],
      "rows": "x509keypairs",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getX509KeyPair": {
    "id": "getX509KeyPair",
    "method": "GET",
    "path": "/v1/x509keypairs/{x509keypair_ident}",
    "tag": "Certificates",
    "summary": "Show a key pair",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "x509keypair:get",
    "policies": {
      "privateKey": "x509keypair:get_private_key"
    },
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "X509KeyPair"
      }
    ],
    "pathParams": [
      {
        "name": "x509keypair_ident",
        "required": true,
        "description": "UUID or name of the key pair.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "x509keypair"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "x509keypair show",
      "aliases": [],
      "positional": [
        "x509keypair_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteX509KeyPair": {
    "id": "deleteX509KeyPair",
    "method": "DELETE",
    "path": "/v1/x509keypairs/{x509keypair_ident}",
    "tag": "Certificates",
    "summary": "Delete a key pair",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "x509keypair:delete",
    "policies": {},
    "vocabulary": "bay",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "x509keypair_ident",
        "required": true,
        "description": "UUID or name of the key pair.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "x509keypair"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "x509keypair delete",
      "aliases": [
        "x509keypair rm"
      ],
      "positional": [
        "x509keypair_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "createCertificate": {
    "id": "createCertificate",
    "method": "POST",
    "path": "/v1/certificates",
    "tag": "Certificates",
    "summary": "Have a certificate signed by a bay's authority",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "certificate:create",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Certificate"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "certificate sign",
      "aliases": [],
      "positional": [
        "bay_uuid"
      ],
      "columns": [],
      "rows": null,
      "text": "pem",
      "many": false,
      "wait": null
    }
  },
  "getCertificate": {
    "id": "getCertificate",
    "method": "GET",
    "path": "/v1/certificates/{cluster_ident}",
    "tag": "Certificates",
    "summary": "Show the certificate of a bay's authority",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "certificate:get",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Certificate"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [
      {
        "name": "ca_cert_type",
        "required": false,
        "description": "Which authority: `kubernetes` (default), `etcd`, `front-proxy`; any other text is the main one.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "certificate show",
      "aliases": [],
      "positional": [
        "cluster_ident"
      ],
      "columns": [],
      "rows": null,
      "text": "pem",
      "many": false,
      "wait": null
    }
  },
  "rotateCertificate": {
    "id": "rotateCertificate",
    "method": "PATCH",
    "path": "/v1/certificates/{cluster_ident}",
    "tag": "Certificates",
    "summary": "Give a bay another certificate authority",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "certificate:rotate_ca",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "certificate rotate",
      "aliases": [],
      "positional": [
        "cluster_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "getCredential": {
    "id": "getCredential",
    "method": "GET",
    "path": "/v1/credentials/{cluster_ident}",
    "tag": "Credentials",
    "summary": "Ask for the credential that a node should hold",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "credential:get",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Credential"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "rotateCredential": {
    "id": "rotateCredential",
    "method": "PATCH",
    "path": "/v1/credentials/{cluster_ident}",
    "tag": "Credentials",
    "summary": "Give the nodes of a bay another credential",
    "minVersion": "1.12",
    "maxVersion": null,
    "public": false,
    "policy": "credential:rotate",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.12",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "bay"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "credential rotate",
      "aliases": [],
      "positional": [
        "cluster_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": "update"
    }
  },
  "getBaySecrets": {
    "id": "getBaySecrets",
    "method": "GET",
    "path": "/v1/credentials/{cluster_ident}/secrets",
    "tag": "Credentials",
    "summary": "Ask for the secrets that a node shares with others of its bay",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "credential:get_secrets",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "BaySecrets"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "getAddons": {
    "id": "getAddons",
    "method": "GET",
    "path": "/v1/addons/{cluster_ident}",
    "tag": "Add-ons",
    "summary": "Ask for what the bay deploys in its engine",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "addon:get",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Addons"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [
      {
        "name": "fills_account",
        "required": false,
        "description": "Whether the node writes its account of the cloud into the Secret that has the annotation `magnum.openstack.org/filled-by`. Add-ons that work in the cloud are left out where it does not.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "enrolNode": {
    "id": "enrolNode",
    "method": "POST",
    "path": "/v1/credentials/{cluster_ident}/nodes/{node_name}",
    "tag": "Credentials",
    "summary": "Exchange the enrolment token of a new node for its credential",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": true,
    "policy": null,
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Credential"
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      },
      {
        "name": "node_name",
        "required": true,
        "description": "Name of the node.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": null
  },
  "confirmCredential": {
    "id": "confirmCredential",
    "method": "PUT",
    "path": "/v1/credentials/{cluster_ident}/nodes/{node_name}",
    "tag": "Credentials",
    "summary": "Report that a node holds the credential with which it asks",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "credential:confirm",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "cluster_ident",
        "required": true,
        "description": "UUID or name of the bay.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      },
      {
        "name": "node_name",
        "required": true,
        "description": "Name of the node.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": null
  },
  "listQuotas": {
    "id": "listQuotas",
    "method": "GET",
    "path": "/v1/quotas",
    "tag": "Quotas",
    "summary": "List quotas",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "quota:get_all",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "QuotaList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "Id of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      },
      {
        "name": "all_tenants",
        "required": false,
        "description": "Whether to list the quotas of every project.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": {
          "flags": [
            "all-tenants"
          ]
        }
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "quota list",
      "aliases": [
        "quota ls"
      ],
      "positional": [],
      "columns": [
        "project_id",
        "resource",
        "hard_limit"
      ],
      "rows": "quotas",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createQuota": {
    "id": "createQuota",
    "method": "POST",
    "path": "/v1/quotas",
    "tag": "Quotas",
    "summary": "Give a project a quota",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "quota:create",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 201,
        "schema": "Quota"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "quota create",
      "aliases": [],
      "positional": [
        "project_id"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getQuota": {
    "id": "getQuota",
    "method": "GET",
    "path": "/v1/quotas/{project_id}/{resource}",
    "tag": "Quotas",
    "summary": "Show the quota of a project",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "quota:get",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Quota"
      }
    ],
    "pathParams": [
      {
        "name": "project_id",
        "required": true,
        "description": "Id of the project.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "project"
        }
      },
      {
        "name": "resource",
        "required": true,
        "description": "What is limited: `Cluster`.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "quota show",
      "aliases": [],
      "positional": [
        "project_id",
        "resource"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateQuota": {
    "id": "updateQuota",
    "method": "PATCH",
    "path": "/v1/quotas/{project_id}/{resource}",
    "tag": "Quotas",
    "summary": "Change the quota of a project",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "quota:update",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 202,
        "schema": "Quota"
      }
    ],
    "pathParams": [
      {
        "name": "project_id",
        "required": true,
        "description": "Id of the project.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "project"
        }
      },
      {
        "name": "resource",
        "required": true,
        "description": "What is limited: `Cluster`.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "quota update",
      "aliases": [],
      "positional": [
        "project_id",
        "resource"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteQuota": {
    "id": "deleteQuota",
    "method": "DELETE",
    "path": "/v1/quotas/{project_id}/{resource}",
    "tag": "Quotas",
    "summary": "Take a project's own quota away",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "quota:delete",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "project_id",
        "required": true,
        "description": "Id of the project.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": {
          "label": "project"
        }
      },
      {
        "name": "resource",
        "required": true,
        "description": "What is limited: `Cluster`.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": null
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": true,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "quota delete",
      "aliases": [
        "quota rm"
      ],
      "positional": [
        "project_id",
        "resource"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getStats": {
    "id": "getStats",
    "method": "GET",
    "path": "/v1/stats",
    "tag": "Stats",
    "summary": "Count clusters and nodes",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "stats:get_all",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Stats"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "project_id",
        "required": false,
        "description": "Whose: one's own project where absent.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1,
          "maxLength": 255
        },
        "cli": null
      },
      {
        "name": "type",
        "required": false,
        "description": "What is counted: `cluster`.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 16,
          "pattern": "^[Cc][Ll][Uu][Ss][Tt][Ee][Rr]$",
          "default": "cluster"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "stats show",
      "aliases": [
        "stats list"
      ],
      "positional": [],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listFederations": {
    "id": "listFederations",
    "method": "GET",
    "path": "/v1/federations",
    "tag": "Federations",
    "summary": "List federations",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "federation:get_all",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "FederationList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "federation list",
      "aliases": [
        "federation ls"
      ],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "hostcluster_id",
        "member_ids",
        "status"
      ],
      "rows": "federations",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "createFederation": {
    "id": "createFederation",
    "method": "POST",
    "path": "/v1/federations",
    "tag": "Federations",
    "summary": "Create a federation",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "federation:create",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": true,
    "bodyKind": "object",
    "patches": null,
    "cli": {
      "command": "federation create",
      "aliases": [],
      "positional": [
        "name"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "listFederationsDetail": {
    "id": "listFederationsDetail",
    "method": "GET",
    "path": "/v1/federations/detail",
    "tag": "Federations",
    "summary": "List federations with all their fields",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "federation:detail",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "FederationDetailList"
      }
    ],
    "pathParams": [],
    "queryParams": [
      {
        "name": "marker",
        "required": false,
        "description": "UUID of the last item of the page before.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "format": "uuid"
        },
        "cli": null
      },
      {
        "name": "limit",
        "required": false,
        "description": "Items in a page, at most; the server has a limit of its own.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "integer",
          "minimum": 1
        },
        "cli": null
      },
      {
        "name": "sort_key",
        "required": false,
        "description": "Field to sort by. The order of creation is the default.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "maxLength": 64,
          "default": "id"
        },
        "cli": null
      },
      {
        "name": "sort_dir",
        "required": false,
        "description": "Direction to sort in.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "enum": [
            "asc",
            "desc"
          ],
          "default": "asc"
        },
        "cli": null
      }
    ],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "federation list --detail",
      "aliases": [],
      "positional": [],
      "columns": [
        "uuid",
        "name",
        "hostcluster_id",
        "member_ids",
        "status",
        "status_reason"
      ],
      "rows": "federations",
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "getFederation": {
    "id": "getFederation",
    "method": "GET",
    "path": "/v1/federations/{federation_ident}",
    "tag": "Federations",
    "summary": "Show a federation",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "federation:get",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "Federation"
      }
    ],
    "pathParams": [
      {
        "name": "federation_ident",
        "required": true,
        "description": "UUID or name of the federation.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "federation"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "federation show",
      "aliases": [],
      "positional": [
        "federation_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "updateFederation": {
    "id": "updateFederation",
    "method": "PATCH",
    "path": "/v1/federations/{federation_ident}",
    "tag": "Federations",
    "summary": "Let clusters join or leave a federation",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "federation:update",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 202,
        "schema": "Accepted"
      }
    ],
    "pathParams": [
      {
        "name": "federation_ident",
        "required": true,
        "description": "UUID or name of the federation.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "federation"
        }
      }
    ],
    "queryParams": [
      {
        "name": "rollback",
        "required": false,
        "description": "Accepted; there is nothing to undo.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "boolean",
          "default": false
        },
        "cli": {
          "hidden": true
        }
      }
    ],
    "hasBody": true,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "json-patch",
    "patches": "Federation",
    "cli": {
      "command": "federation update",
      "aliases": [],
      "positional": [
        "federation_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": false,
      "wait": null
    }
  },
  "deleteFederation": {
    "id": "deleteFederation",
    "method": "DELETE",
    "path": "/v1/federations/{federation_ident}",
    "tag": "Federations",
    "summary": "Delete a federation",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "federation:delete",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 204,
        "schema": null
      }
    ],
    "pathParams": [
      {
        "name": "federation_ident",
        "required": true,
        "description": "UUID or name of the federation.",
        "minVersion": "1.1",
        "maxVersion": null,
        "schema": {
          "type": "string",
          "minLength": 1
        },
        "cli": {
          "label": "federation"
        }
      }
    ],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "federation delete",
      "aliases": [
        "federation rm"
      ],
      "positional": [
        "federation_ident"
      ],
      "columns": [],
      "rows": null,
      "text": null,
      "many": true,
      "wait": null
    }
  },
  "listMagnumServices": {
    "id": "listMagnumServices",
    "method": "GET",
    "path": "/v1/mservices",
    "tag": "Services",
    "summary": "List the conductors",
    "minVersion": "1.1",
    "maxVersion": null,
    "public": false,
    "policy": "magnum-service:get_all",
    "policies": {},
    "vocabulary": "cluster",
    "success": [
      {
        "from": "1.1",
        "to": null,
        "status": 200,
        "schema": "MagnumServiceList"
      }
    ],
    "pathParams": [],
    "queryParams": [],
    "hasBody": false,
    "streams": false,
    "etag": false,
    "once": false,
    "bodyKind": "none",
    "patches": null,
    "cli": {
      "command": "service list",
      "aliases": [
        "service ls"
      ],
      "positional": [],
      "columns": [
        "id",
        "host",
        "binary",
        "state",
        "disabled",
        "disabled_reason",
        "created_at",
        "updated_at"
      ],
      "rows": "mservices",
      "text": null,
      "many": false,
      "wait": null
    }
  }
};

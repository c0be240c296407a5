/** Wire names of the two wordings: architecture, "Bays and clusters". */
export interface BayNames {
  readonly collection: 'bays' | 'clusters';
  /** Path parameter. */
  readonly ident: 'bay_ident' | 'cluster_ident';
  /** Rule for reading one, also on the way to something else. */
  readonly look: 'bay:get' | 'cluster:get';
  readonly model: 'baymodel_id' | 'cluster_template_id';
  readonly createTimeout: 'bay_create_timeout' | 'create_timeout';
  /** Schema of the resource, for patches. */
  readonly schema: 'Bay' | 'Cluster';
}

export interface BayModelNames {
  readonly collection: 'baymodels' | 'clustertemplates';
  readonly ident: 'baymodel_ident' | 'clustertemplate_ident';
  readonly look: 'baymodel:get' | 'clustertemplate:get';
  readonly schema: 'BayModel' | 'ClusterTemplate';
}

export const BAYS: BayNames = {
  collection: 'bays',
  ident: 'bay_ident',
  look: 'bay:get',
  model: 'baymodel_id',
  createTimeout: 'bay_create_timeout',
  schema: 'Bay',
};

export const CLUSTERS: BayNames = {
  collection: 'clusters',
  ident: 'cluster_ident',
  look: 'cluster:get',
  model: 'cluster_template_id',
  createTimeout: 'create_timeout',
  schema: 'Cluster',
};

export const BAY_MODELS: BayModelNames = {
  collection: 'baymodels',
  ident: 'baymodel_ident',
  look: 'baymodel:get',
  schema: 'BayModel',
};

export const CLUSTER_TEMPLATES: BayModelNames = {
  collection: 'clustertemplates',
  ident: 'clustertemplate_ident',
  look: 'clustertemplate:get',
  schema: 'ClusterTemplate',
};

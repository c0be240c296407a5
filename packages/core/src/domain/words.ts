/** The two wordings of one thing: a bay is a cluster, a bay model is a cluster template. See docs/contract/README.md#wordings. */
export type Vocabulary = 'bay' | 'cluster';

export interface Words {
  /** At the start of a sentence. */
  readonly Bay: string;
  readonly bay: string;
  readonly bays: string;
  readonly BayModel: string;
  readonly bayModel: string;
  readonly bayModels: string;
  /** Wire name of the field that names the model. */
  readonly modelField: string;
  /** What a generated name ends in. */
  readonly bayName: 'bay' | 'cluster';
  readonly modelName: 'baymodel' | 'template';
}

export const WORDS: Readonly<Record<Vocabulary, Words>> = {
  bay: {
    Bay: 'Bay',
    bay: 'bay',
    bays: 'bays',
    BayModel: 'BayModel',
    bayModel: 'bay model',
    bayModels: 'bay models',
    modelField: 'baymodel_id',
    bayName: 'bay',
    modelName: 'baymodel',
  },
  cluster: {
    Bay: 'Cluster',
    bay: 'cluster',
    bays: 'clusters',
    BayModel: 'ClusterTemplate',
    bayModel: 'cluster template',
    bayModels: 'cluster templates',
    modelField: 'cluster_template_id',
    bayName: 'cluster',
    modelName: 'template',
  },
};

/** A sentence that names bays or bay models is said anew for each wording. */
export type Sentence = string | ((words: Words) => string);

export function said(sentence: Sentence, vocabulary: Vocabulary): string {
  return typeof sentence === 'string' ? sentence : sentence(WORDS[vocabulary]);
}

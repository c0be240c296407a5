import { keyOf, NOTED, STRING, text, type ResourceContext, type ResourceType } from './type.js';

const volume: ResourceType = {
  properties: {
    size: { type: 'number', required: true, min: 1, max: 16384, change: 'update' },
    volume_type: STRING,
    image: STRING,
    name: NOTED,
    description: NOTED,
    metadata: NOTED,
    availability_zone: NOTED,
  },
  attributes: ['size', 'status', 'display_name', 'volume_type'],
  create: ensure,
  update: ensure,
  remove: (context) => context.backend.deleteVolume(keyOf(context.row), context.signal),
};

async function ensure(context: ResourceContext): Promise<{ readonly [name: string]: string | number }> {
  const size = Number(context.properties['size']);
  await context.backend.ensureVolume({ key: keyOf(context.row), sizeGb: size, owner: context.owner }, context.signal);
  return { size, status: 'available', display_name: context.physicalName, volume_type: text(context.properties, 'volume_type') };
}

export const cinderTypes: Readonly<Record<string, ResourceType>> = { 'OS::Cinder::Volume': volume };

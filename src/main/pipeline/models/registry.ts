import type { Architecture, FamilyName } from '../../../shared/architectures.ts';
import { familyNameOf } from '../../../shared/architectures.ts';
import type { Model } from '../graph/graph.ts';
import { isStatistic, sizeOf } from '../graph/graph.ts';
import { efficientNet, efficientNetLite } from './families/efficientnet.ts';
import { mobileNetV4 } from './families/mobilenetV4.ts';
import type { Family, ModelOptions } from './family.ts';

/** Every family of networks. A new family needs an entry here and one in src/shared/architectures.ts. */
const registry: Readonly<Record<FamilyName, Family>> = {
  efficientnet: efficientNet,
  'efficientnet-lite': efficientNetLite,
  mobilenetv4: mobileNetV4,
};

export const familyOf = (architecture: Architecture): Family => registry[familyNameOf(architecture)];

/** The family of a graph that `buildModel` made. */
export const familyOfModel = ({ architecture }: Pick<Model, 'architecture'>): Family =>
  familyOf(architecture as Architecture);

export const buildModel = (architecture: Architecture, options: ModelOptions): Model =>
  familyOf(architecture).build(architecture, options);

/** The number of trainable values of a network, which does not depend on the input size. */
export function parameterCount(architecture: Architecture, classes: number): number {
  const { parameters } = buildModel(architecture, { inputSize: 32, classes, dropout: 0, dropPath: 0 });
  return parameters.reduce((sum, { role, shape }) => sum + (isStatistic(role) ? 0 : sizeOf(shape)), 0);
}

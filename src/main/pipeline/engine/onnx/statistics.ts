import type { StatisticsRequest, StatisticsSession } from '../engine.ts';
import { isStatistic, parametersOf } from '../../graph/graph.ts';
import type { Layout } from './layout.ts';
import { lowerModel } from './lowerModel.ts';
import { inputFeed } from './ops/input.ts';
import { joinGroup, statisticsGroup, unpackGroup } from './parameterGroups.ts';
import { packingsOf } from './packing.ts';
import type { Runtime } from './session.ts';
import { createOrtSession } from './session.ts';
import type { Tensor as NeutralTensor } from '../../graph/graph.ts';

const STATISTICS = 'statistics';

/** Forward passes with every trainable BatchNorm in training mode, which return the batch's statistics. */
export async function createOnnxStatistics(
  { model, parameters, batchSize, trainableFrom }: StatisticsRequest,
  layout: Layout,
  runtime: Runtime,
): Promise<StatisticsSession> {
  const names = new Set(model.nodes.slice(trainableFrom).flatMap(parametersOf));
  const group = statisticsGroup(
    model.parameters.filter(({ name, role }) => names.has(name) && isStatistic(role)),
    packingsOf(model, layout),
  );
  if (group.size === 0) return { run: () => Promise.resolve(new Map()), dispose: () => Promise.resolve() };
  const lowering = lowerModel({ model, parameters, batchSize, trainableFrom, layout, masks: false, kept: new Set() });
  const { graph } = lowering;
  graph.output(STATISTICS, joinGroup(graph, group, lowering.batchStatistics), 'float32', [group.size]);
  const session = await createOrtSession(graph.build(), runtime);
  return {
    run: async (pixels) => {
      const results = await session.run(inputFeed(model, batchSize, pixels), { [STATISTICS]: null });
      const unpacked = new Map<string, NeutralTensor>();
      unpackGroup(group, results[STATISTICS]!.data as Float32Array, unpacked);
      return new Map([...unpacked].map(([name, { data }]) => [name, data]));
    },
    dispose: () => session.dispose(),
  };
}

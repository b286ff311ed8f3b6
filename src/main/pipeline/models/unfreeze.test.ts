import { describe, expect, it, test } from 'vitest';
import { inputsOf } from '../graph/graph.ts';
import { buildModel } from './registry.ts';
import { headStart, trainedFrom, unfreezeFrom } from './unfreeze.ts';

const model = (architecture: 'efficientnet-b0' | 'efficientnet-b3' | 'efficientnet-lite1') =>
  buildModel(architecture, { inputSize: 64, classes: 3, dropout: 0.2, dropPath: 0.2 });

describe('the layers that the head phase and fine-tuning train', () => {
  it('phase A trains the classifier alone', () => {
    const b3 = model('efficientnet-b3');
    expect(b3.nodes.slice(headStart(b3)).map((node) => node.op)).toEqual(['globalAveragePool', 'dropout', 'dense']);
  });

  it('phase B with 0.3 trains the top 30 % of the layers in Keras’s list, from a block boundary on', () => {
    // len(EfficientNetB3(include_top=False).layers) is 385, so layers[:-115] are frozen, which ends inside block 6a.
    const b3 = model('efficientnet-b3');
    expect(b3.nodes[unfreezeFrom(b3, 0.3)]!.name).toBe('block6b.expand.conv');
  });

  it('takes everything at 1 and the head alone at 0', () => {
    const b0 = model('efficientnet-b0');
    expect(unfreezeFrom(b0, 1)).toBe(0);
    expect(unfreezeFrom(b0, 0)).toBe(headStart(b0));
  });

  it.each([0.1, 0.3, 0.5, 0.8])('lets exactly one tensor cross the cut at %s', (fraction) => {
    const lite = model('efficientnet-lite1');
    const cut = unfreezeFrom(lite, fraction);
    const frozen = new Set(lite.nodes.slice(0, cut).map((node) => node.name));
    const crossing = new Set(
      lite.nodes
        .slice(cut)
        .flatMap(inputsOf)
        .filter((name) => frozen.has(name)),
    );
    expect(crossing.size).toBe(1);
  });
});

describe('the first node that training has changed', () => {
  const lite = model('efficientnet-lite1');
  test.each([
    ['from scratch', null, 30, 0.3, 0],
    ['the head alone', 'file', 0, 1, headStart(lite)],
    ['the last 30 %', 'file', 30, 0.3, unfreezeFrom(lite, 0.3)],
    ['everything', 'file', 30, 1, 0],
    ['nothing below the head', 'file', 30, 0, headStart(lite)],
  ])('%s', (_, weights, epochs, fraction, from) => {
    expect(trainedFrom({ weights, epochs_finetune: epochs, unfreeze_fraction: fraction }, lite)).toBe(from);
  });
});

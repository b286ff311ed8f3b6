import * as tf from '@tensorflow/tfjs-core';
import { engineNames } from '../../../src/shared/config.ts';
import { engineKind } from '../../../src/main/pipeline/engine/registry.ts';
import { enginesFolder } from '../../../src/main/studio/state/places.ts';
import { onBackend } from '../../conformance/backend.ts';
import { conformanceCases, holds } from '../../conformance/cases.ts';
import { oracle } from '../../conformance/oracle.ts';
import { tolerances } from '../../conformance/tolerances.ts';
import type { ConformanceResult } from './results.ts';
import { explainErrors, printResult } from './results.ts';

/**
 * Runs the conformance cases on one engine, in a process of its own. It is bundled, because Node alone cannot load the
 * ES build of TensorFlow.js, the only one that registers gradients. Prints its results after each case, so that those
 * of finished cases survive a hang or a crash.
 */
explainErrors();
const name = engineNames.find((one) => one === process.argv[2]);
if (name === undefined || name === 'onnx-cpu') throw new Error(`Not an engine on a card: ${process.argv[2]}`);
const started = await engineKind(name).start({ threads: 0, enginesFolder: enginesFolder() });
const engine = name === 'tfjs' ? onBackend(tf, 'tensorflow', started) : started;
const cases = conformanceCases({ engine, oracle, within: tolerances[name], few: true });
const failures: string[] = [];
let worst: ConformanceResult['worst'] = null;
let passed = 0;
for (const { name: caseName, compare } of cases) {
  try {
    const differences = await compare();
    const wrong = differences.filter((difference) => !holds(difference));
    for (const { what, found, allowed } of wrong) failures.push(`${caseName}: ${what} is ${found}, allowed ${allowed}`);
    if (wrong.length === 0) passed++;
    for (const { what, found, allowed } of differences)
      if (worst === null || found / allowed > worst.found / worst.allowed)
        worst = { what: `${caseName}: ${what}`, found, allowed };
  } catch (error) {
    failures.push(`${caseName}: ${error instanceof Error ? error.message : String(error)}`);
  }
  printResult({ cases: cases.length, passed, failures, worst } satisfies ConformanceResult);
}
// Native engines may keep threads that would keep the process alive.
process.exit(0);

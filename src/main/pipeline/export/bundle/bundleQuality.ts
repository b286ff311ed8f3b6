import type { LabelGoal } from '../../../../shared/metrics/goal.ts';
import type { ModelQuality } from '../../../../shared/metrics/quality.ts';
import { metricsReportSchema } from '../../eval/metricsReport.ts';
import { splitQuality } from '../../eval/splitQuality.ts';
import { readBundle } from './readBundle.ts';
import type { ThresholdRecommendation } from './thresholdRecommendation.ts';
import { thresholdRecommendationSchema } from './thresholdRecommendation.ts';
import { THRESHOLDS_FILE } from './manifest.ts';

/**
 * The quality of a bundle's model on test, from its own metrics.json. Null when that file cannot be read; verifyBundle
 * reports the fault.
 */
export async function bundleQuality(bundle: string): Promise<ModelQuality | null> {
  const { files } = await readBundle(bundle);
  try {
    const read = (name: string): unknown => JSON.parse(new TextDecoder().decode(files.get(name)));
    const metrics = metricsReportSchema.parse(read('metrics.json'));
    const goals =
      metrics.goals ?? goalsFrom(thresholdRecommendationSchema.parse(read(THRESHOLDS_FILE)), metrics.labels.length);
    return splitQuality(metrics, 'test', goals);
  } catch {
    return null;
  }
}

/** Bundles of earlier versions have one goal for all labels. */
function goalsFrom({ goal: { kind, minimum } }: ThresholdRecommendation, classes: number): LabelGoal[] {
  const share = minimum ?? 0;
  return Array.from({ length: classes }, () => ({ goal: kind, min_precision: share, min_recall: share }));
}

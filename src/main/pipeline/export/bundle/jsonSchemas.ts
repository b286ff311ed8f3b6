import { z } from 'zod';
import { metricsReportSchema } from '../../eval/metricsReport.ts';
import { inferenceConfigSchema } from './inferenceConfig.ts';
import { thresholdRecommendationSchema } from './thresholdRecommendation.ts';

/** The JSON Schemas (2020-12) of a bundle's JSON files, by their file name in resources/schemas. */
export function bundleJsonSchemas(): ReadonlyMap<string, string> {
  const schemas = {
    inference_config: inferenceConfigSchema,
    threshold_recommendation: thresholdRecommendationSchema,
    metrics: metricsReportSchema,
  };
  return new Map(
    Object.entries(schemas).map(([name, schema]) => [
      `${name}.schema.json`,
      `${JSON.stringify({ title: `${name}.json`, ...z.toJSONSchema(schema, { reused: 'ref' }) }, null, 2)}\n`,
    ]),
  );
}

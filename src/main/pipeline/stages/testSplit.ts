import { writeMetricsReport } from '../artifacts/metrics.ts';
import { writeReport } from '../artifacts/report.ts';
import type { RunContext, StageSummary } from './runContext.ts';
import { scoreAll } from './thresholds.ts';

/** Evaluates teacher, float student and INT8 student on the test split, once, after every decision has been made. */
export async function testStage(context: RunContext): Promise<StageSummary> {
  await context.countTestOpening('test stage');
  await scoreAll(context, 'test');
  const metrics = await writeMetricsReport(context);
  await writeReport(context, metrics);
  const { teacher, student, int8 } = metrics.test;
  return { teacher_macro_ap: teacher.macroAp, student_macro_ap: student.macroAp, int8_macro_ap: int8.macroAp };
}

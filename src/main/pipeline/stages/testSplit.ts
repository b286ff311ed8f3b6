import { writeMetricsReport } from '../artifacts/metrics.ts';
import { writeReport } from '../artifacts/report.ts';
import type { RunRoom, StageSummary } from './runContext.ts';
import { scoreAll } from './thresholds.ts';

/** Scores the test split once, at the very end, with teacher, float student and INT8 student. */
export async function testStage(room: RunRoom): Promise<StageSummary> {
  await room.countTestOpening('test stage');
  await scoreAll(room, 'test');
  const metrics = await writeMetricsReport(room);
  await writeReport(room, metrics);
  const { teacher, student, int8 } = metrics.test;
  return { teacher_macro_ap: teacher.macroAp, student_macro_ap: student.macroAp, int8_macro_ap: int8.macroAp };
}

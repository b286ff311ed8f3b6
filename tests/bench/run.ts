/**
 * `npm run bench -- step | job [PROJECT] | int8 | letterbox | data | start | ui | gpu`: speed and memory, as ratios
 * measured side by side in one run. What follows the name goes to the benchmark.
 */
const benches = {
  step: (args: readonly string[]) => import('./step.ts').then(({ benchStep }) => benchStep(args)),
  job: (args: readonly string[]) => import('./job.ts').then(({ benchJob }) => benchJob(args)),
  int8: () => import('./int8.ts').then(({ benchInt8 }) => benchInt8()),
  letterbox: () => import('./letterbox.ts').then(({ benchLetterbox }) => benchLetterbox()),
  data: () => import('./data.ts').then(({ benchData }) => benchData()),
  start: () => import('./start.ts').then(({ benchStart }) => benchStart()),
  gpu: (args: readonly string[]) => import('./gpu/commands.ts').then(({ gpuCommand }) => gpuCommand(args)),
  ui: () => import('./ui.ts').then(({ benchUi }) => benchUi()),
};

const [name, ...args] = process.argv.slice(2);
if (name === undefined || !(name in benches)) {
  console.log(`Which? npm run bench -- ${Object.keys(benches).join(' | ')}`);
  process.exitCode = 2;
} else {
  await benches[name as keyof typeof benches](args);
}

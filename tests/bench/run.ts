/** `npm run bench -- step | int8 | data | ui | gpu`: speed and memory, as ratios measured side by side in one run. */
const options = process.argv.slice(2).filter((argument) => argument.startsWith('--'));
const benches = {
  step: () => import('./step.ts').then(({ benchStep }) => benchStep()),
  int8: () => import('./int8.ts').then(({ benchInt8 }) => benchInt8()),
  data: () => import('./data.ts').then(({ benchData }) => benchData()),
  gpu: () => import('./gpu/commands.ts').then(({ gpuCommand }) => gpuCommand(options)),
  ui: () => import('./ui.ts').then(({ benchUi }) => benchUi()),
};

const names = Object.keys(benches) as (keyof typeof benches)[];
const asked = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const unknown = asked.find((name) => !names.includes(name as keyof typeof benches));
if (unknown !== undefined || asked.length === 0) {
  console.log(`Which? npm run bench -- ${names.join(' | ')}`);
  process.exitCode = 2;
} else {
  for (const name of asked) await benches[name as keyof typeof benches]();
}

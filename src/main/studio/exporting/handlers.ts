import path from 'node:path';
import { Problem } from '../../../shared/problem.ts';
import { insideFolder } from '../../pipeline/storage/insideFolder.ts';
import type { Handlers, StudioServices } from '../services.ts';
import { bundleText, checkExport, exportRun, predictToCsv, readExport, tryExport } from './exports.ts';

type ExportMethod = 'export.start' | 'export.check' | 'export.read' | 'export.file' | 'export.try' | 'export.folder';

export function exportHandlers(services: StudioServices): Handlers<ExportMethod> {
  const { activities, throttle, emit, folderOf, runFolder } = services;
  return {
    'export.start': async ({ project, run }) => {
      await activities.during('export', project, ({ onEvent, signal }) =>
        exportRun(runFolder({ project, run }), {
          signal,
          onEvent: (event) => {
            onEvent(event);
            // Its end and its failure are the result of this call. As events they would look like the end of the run.
            if (event.type === 'progress' || event.type === 'check' || event.type === 'stageFinished')
              throttle.send(project, run, event);
          },
        }),
      );
      emit({ type: 'runsChanged', project });
      return {};
    },
    'export.check': async ({ project, run }) => {
      await activities.during('verify', project, ({ signal }) =>
        checkExport(runFolder({ project, run }), {
          signal,
          onEvent: (event) => {
            if (event.type === 'check') throttle.send(project, run, event);
          },
        }),
      );
      return {};
    },
    'export.read': async ({ project, run }) => ({ export: await readExport(runFolder({ project, run })) }),
    'export.file': async ({ project, run, name }) => bundleText(runFolder({ project, run }), name),
    'export.try': ({ project, run, image }) =>
      activities.during('try', project, ({ signal }) =>
        tryExport(
          runFolder({ project, run }),
          'path' in image ? { path: insideFolder(folderOf(project), image.path) } : image,
          signal,
        ),
      ),
    'export.folder': ({ project, run, folder }) =>
      activities.during('predict', project, (watcher) => predictToCsv(runFolder({ project, run }), folder, watcher)),
  };
}

/** The absolute path of a file of a run that may be opened or downloaded; rejects all others. */
export function downloadableFile(runFolder: string, name: string): string {
  const file = insideFolder(runFolder, name);
  const place = path.relative(runFolder, path.dirname(file));
  const isNetwork = place === 'models' && /^(teacher|student)_(timm\.safetensors|keras\.h5)$/.test(path.basename(file));
  const isResult = ['export', 'predictions', 'report'].includes(place) && /\.(zip|csv|html)$/.test(file);
  if (!isNetwork && !isResult) throw new Problem('file.notDownloadable', { name });
  return file;
}

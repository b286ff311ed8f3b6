import type { Message } from '../../../shared/message.ts';
import { message } from '../../../shared/message.ts';
import { tfjsVariants } from '../../pipeline/engine/tfjs/requirements.ts';
import type { TfjsVariant } from '../../pipeline/engine/tfjs/requirements.ts';
import type { PythonPackage } from '../weights/packageIndex.ts';

/** The newest TensorFlow whose library the binding of tfjs-node 4.22 was tested with. */
export const TENSORFLOW_VERSION = '2.16.2';

/** The dependencies of `tensorflow[and-cuda]` 2.16.2, from its metadata. */
const CUDA_PACKAGES: readonly PythonPackage[] = Object.entries({
  'nvidia-cublas-cu12': '12.3.4.1',
  'nvidia-cuda-cupti-cu12': '12.3.101',
  'nvidia-cuda-nvcc-cu12': '12.3.107',
  'nvidia-cuda-nvrtc-cu12': '12.3.107',
  'nvidia-cuda-runtime-cu12': '12.3.101',
  'nvidia-cudnn-cu12': '8.9.7.29',
  'nvidia-cufft-cu12': '11.0.12.1',
  'nvidia-curand-cu12': '10.3.4.107',
  'nvidia-cusolver-cu12': '11.5.4.101',
  'nvidia-cusparse-cu12': '12.2.0.103',
  'nvidia-nccl-cu12': '2.19.3',
  'nvidia-nvjitlink-cu12': '12.3.101',
}).map(([name, version]) => ({ name, version }));

export interface TensorFlowPackages {
  readonly packages: readonly PythonPackage[];
  readonly description: Message;
  /** Size of the installed files. */
  readonly diskBytes: number;
}

export function tensorFlowPackages(variant: TfjsVariant): TensorFlowPackages {
  return variant === tfjsVariants.cpu
    ? {
        packages: [{ name: 'tensorflow-cpu', version: TENSORFLOW_VERSION }],
        description: message('engineInstall.tensorFlowCpu', { version: TENSORFLOW_VERSION }),
        diskBytes: 610e6,
      }
    : {
        packages: [{ name: 'tensorflow', version: TENSORFLOW_VERSION }, ...CUDA_PACKAGES],
        description: message('engineInstall.tensorFlowCuda', { version: TENSORFLOW_VERSION }),
        diskBytes: 3900e6,
      };
}

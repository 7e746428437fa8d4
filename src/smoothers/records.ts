/** The methods that files can name, in the order in which they are listed. */
import {
  analysisNetworkRecord,
  climatologyRecord,
  denkfRecord,
  eakfRecord,
  enkfNRecord,
  enkfRecord,
  ens3dvarRecord,
  etkfRecord,
  extendedKalmanRecord,
  iteratedExtendedKalmanRecord,
  kalmanRecord,
  letkfRecord,
  type MethodRecord,
  optimalInterpolationRecord,
  optimalParticleRecord,
  particleRecord,
  threedvarCRecord,
  threedvarKRecord,
  threedvarRecord,
  unscentedKalmanRecord,
} from "../filters/index.js";
import { en4dvarRecord } from "./en4dvar.js";
import { enksRecord } from "./enks.js";
import { fourdvarRecord } from "./fourdvar.js";
import { ienksRecord } from "./ienks.js";
import { rtsRecord } from "./rts.js";

export const methods: readonly MethodRecord[] = [
  climatologyRecord,
  optimalInterpolationRecord,
  kalmanRecord,
  rtsRecord,
  extendedKalmanRecord,
  iteratedExtendedKalmanRecord,
  unscentedKalmanRecord,
  threedvarRecord,
  threedvarCRecord,
  threedvarKRecord,
  fourdvarRecord,
  enkfRecord,
  denkfRecord,
  etkfRecord,
  eakfRecord,
  letkfRecord,
  enkfNRecord,
  ens3dvarRecord,
  en4dvarRecord,
  enksRecord,
  ienksRecord,
  particleRecord,
  optimalParticleRecord,
  analysisNetworkRecord,
];

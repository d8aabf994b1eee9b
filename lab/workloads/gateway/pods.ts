/** An engine's pod, as far as a gateway needs to know it. */
export interface EnginePod {
  /** `namespace/name` */
  key: string;
  address: string;
  httpPort: number;
  eventsPort: number;
  replayPort: number;
  /** May get requests; its events are read in any case. */
  ready: boolean;
  /** Another one after the pod's process began anew. */
  life: string;
}

import { chaosMeshDriver } from './chaos-mesh/driver.ts';
import type { DriverType } from './contract.ts';
import { createNoneDriver } from './none/driver.ts';
import { processDriver } from './process/driver.ts';
import { toxiproxyDriver } from './toxiproxy/driver.ts';

const types: DriverType[] = [chaosMeshDriver, toxiproxyDriver, processDriver, createNoneDriver(() => process.stdin)];

/** Every kind of driver that a plan may name. */
export const driverTypes: ReadonlyMap<string, DriverType> = new Map(types.map((type) => [type.type, type]));

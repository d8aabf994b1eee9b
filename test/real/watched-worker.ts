/** A worker as a program of its own, which may be killed: `node watched-worker.ts BUNDLE ADDRESS NAMESPACE TASK_QUEUE IDENTITY`. */
import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';

const [codePath, address, namespace, taskQueue, identity] = process.argv.slice(2);

const worker = await Worker.create({
  connection: await NativeConnection.connect({ address: address! }),
  namespace: namespace!,
  taskQueue: taskQueue!,
  identity: identity!,
  workflowBundle: { codePath: codePath! },
  stickyQueueScheduleToStartTimeout: '1s',
  activities: {
    async step(failures: number): Promise<void> {
      const { info, heartbeat, sleep } = Context.current();
      for (let beat = 0; beat < 3; beat++) {
        heartbeat();
        await sleep(50);
      }
      if (info.attempt <= failures) throw new Error('the disk is slow');
    },
  },
});
process.stdout.write('ready\n');
await worker.run();

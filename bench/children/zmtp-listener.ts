/** A real libzmq PUB on a free port of loopback, which it prints. Ends with its standard input. */
import * as zmq from 'zeromq';

const publisher = new zmq.Publisher({ backlog: 1024, linger: 0 });
await publisher.bind('tcp://127.0.0.1:*');
console.log(String(publisher.lastEndpoint).split(':').at(-1));
// Whatever nothing refers to is closed by the collector of garbage.
process.stdin.resume().on('end', () => publisher.close());

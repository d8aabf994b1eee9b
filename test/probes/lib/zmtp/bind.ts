interface Bindable {
  readonly lastEndpoint: string | null;
  bind(address: string): Promise<void>;
}

/** Binds a libzmq socket, by default to a free port on loopback; gives the endpoint to connect to. */
export async function bind(socket: Bindable, address = 'tcp://127.0.0.1:*'): Promise<string> {
  await socket.bind(address);
  return String(socket.lastEndpoint);
}

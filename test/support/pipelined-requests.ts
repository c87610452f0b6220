import { connect } from 'node:net';
import { text } from 'node:stream/consumers';

/** Sends `times` requests in one write over one connection. @returns the answers, once the server ends it */
export async function pipelinedAnswers(origin: string, path: string, times: number) {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(times));
  const answers = (await text(socket)).split(/(?=HTTP\/1\.1 \d)/);
  return answers.map((answer) => ({
    status: Number(answer.slice(9, 12)),
    isLast: /^connection: close\r$/im.test(answer),
  }));
}

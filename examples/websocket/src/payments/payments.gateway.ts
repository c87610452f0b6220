import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { type Actor, MfaError, RequireMfa, RequireSignIn, SignedIn } from 'nestjs-mfa';

const MOST = 1000;

interface Payment {
  readonly to: string;
  readonly amount: number;
}

/** Every message asks for a sign-in, and a payment for two factors within the last five minutes. */
@WebSocketGateway()
@RequireSignIn()
export class PaymentsGateway {
  private readonly made = new Map<string, Payment[]>();

  @SubscribeMessage('payments')
  payments(@SignedIn() { subjectId }: Actor): { payments: Payment[] } {
    return { payments: this.made.get(subjectId) ?? [] };
  }

  @SubscribeMessage('pay')
  @RequireMfa({ maxAgeSeconds: 300 })
  pay(@MessageBody() body: unknown, @SignedIn() actor: Actor): { paid: Payment } {
    const payment = readPayment(body);
    this.made.set(actor.subjectId, [...this.payments(actor).payments, payment]);
    return { paid: payment };
  }
}

/** A client may send anything. */
function readPayment(body: unknown): Payment {
  const { to, amount } = (body ?? {}) as Partial<Payment>;
  if (typeof to !== 'string' || typeof amount !== 'number' || !(amount > 0 && amount <= MOST)) {
    throw new MfaError('validation_failed', { errors: { amount: [`Above 0, at most ${MOST}.`] } });
  }
  return { to, amount };
}

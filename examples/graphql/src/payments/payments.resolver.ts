import { Args, Field, Int, Mutation, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { type Actor, MfaError, RequireMfa, RequireSignIn, SignedIn } from 'nestjs-mfa';

const MOST = 1000;

@ObjectType()
export class Payment {
  @Field()
  to!: string;

  @Field(() => Int)
  amount!: number;
}

/** Every field asks for a sign-in, and a payment for two factors within the last five minutes. */
@Resolver()
@RequireSignIn()
export class PaymentsResolver {
  private readonly made = new Map<string, Payment[]>();

  @Query(() => [Payment])
  payments(@SignedIn() { subjectId }: Actor): Payment[] {
    return this.made.get(subjectId) ?? [];
  }

  @Mutation(() => Payment)
  @RequireMfa({ maxAgeSeconds: 300 })
  pay(
    @Args('to') to: string,
    @Args('amount', { type: () => Int }) amount: number,
    @SignedIn() actor: Actor,
  ): Payment {
    if (amount > MOST) {
      throw new MfaError('validation_failed', { errors: { amount: [`At most ${MOST}.`] } });
    }
    const payment = { to, amount };
    this.made.set(actor.subjectId, [...this.payments(actor), payment]);
    return payment;
  }
}

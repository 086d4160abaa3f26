import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { adviceOn } from '../../domain/events/refusal-advice.ts';
import type { RefusedCallsRow } from '../../domain/events/refused-calls.store.ts';
import { PageArgs, readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { DirectoryType } from '../directories/directory.type.ts';
import { ReportRefusedCallsInput } from './refused-call.inputs.ts';
import { ReportRefusedCallsPayload } from './refused-call.payloads.ts';
import { RefusedCallsConnection, RefusedCallsType } from './refused-call.type.ts';

/** Whatever follows the scheme: what is no token at all is an unknown one. */
function bearerOf(authorization = ''): string | undefined {
  const [scheme] = /^bearer +/i.exec(authorization) ?? [];
  return scheme === undefined ? undefined : authorization.slice(scheme.length).trim() || undefined;
}

@Resolver(() => RefusedCallsType)
export class RefusedCallResolver {
  @Mutation(() => ReportRefusedCallsPayload, {
    description:
      'Counts SCIM calls that were refused with the bearer of this request, which is the one thing that needs no valid bearer. A bearer that opens the directory is not counted, nor is anything of an unknown directory.',
  })
  async reportRefusedCalls(
    @Arg('input', () => ReportRefusedCallsInput, { description: 'The calls.' }) input: ReportRefusedCallsInput,
    @Ctx() { domain, call }: GraphContext,
  ) {
    await domain.refusedCalls.report(bearerOf(call.authorization), input);
    return { errors: [] };
  }

  @FieldResolver(() => String, { description: 'What they mean and what to do, in words for an admin.' })
  advice(@Root() { reason, tokenHint, lastDetail }: RefusedCallsRow) {
    return adviceOn({ reason, tokenHint, detail: lastDetail });
  }
}

@Resolver(() => DirectoryType)
export class DirectoryRefusedCallsResolver {
  @FieldResolver(() => RefusedCallsConnection, {
    description: 'Calls that did not get in, the newest hour first. Needs `rollcall:directories`.',
  })
  async refusedCalls(
    @Root() directory: DirectoryType,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.refusedCalls.list(who, directory.id, page));
  }
}

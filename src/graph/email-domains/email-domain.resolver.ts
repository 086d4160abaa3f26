import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import type { EmailDomainOrderField } from '../../domain/email-domains/email-domains.store.ts';
import type { OrderedPageRequest } from '../../domain/ordered-list.ts';
import { readConnection } from '../connection.ts';
import { GraphContext } from '../context.ts';
import { answerMutation } from '../payload.ts';
import {
  AddEmailDomainInput,
  EmailDomainFilterInput,
  EmailDomainPageArgs,
  RemoveEmailDomainInput,
  VerifyEmailDomainInput,
} from './email-domain.inputs.ts';
import { emailDomainsById } from './email-domain.loader.ts';
import { AddEmailDomainPayload, RemoveEmailDomainPayload, VerifyEmailDomainPayload } from './email-domain.payloads.ts';
import { EmailDomainConnection, EmailDomainType } from './email-domain.type.ts';

@Resolver()
export class EmailDomainResolver {
  @Query(() => EmailDomainType, {
    nullable: true,
    description: 'One domain; null for an unknown id. Needs `rollcall:connections`.',
  })
  emailDomain(@Arg('id', () => ID, { description: 'The domain.' }) id: string, @Ctx() { load }: GraphContext) {
    return load(emailDomainsById, id);
  }

  @Query(() => EmailDomainConnection, { description: 'The domains of e-mail addresses. Needs `rollcall:connections`.' })
  async emailDomains(
    @Args(() => EmailDomainPageArgs) args: OrderedPageRequest<EmailDomainOrderField>,
    @Arg('filter', () => EmailDomainFilterInput, { nullable: true, description: 'Which domains; without it, all.' })
    filter: EmailDomainFilterInput | undefined,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    const who = await actor();
    return readConnection(args, (page) => domain.emailDomains.list(who, page, filter ?? {}));
  }

  @Mutation(() => AddEmailDomainPayload, {
    description:
      'Notes a domain with the TXT record that has to prove it; a domain that is noted already is answered as it stands. Needs `rollcall:connections` and a fresh sign-in.',
  })
  addEmailDomain(
    @Arg('input', () => AddEmailDomainInput, { description: 'The domain.' }) input: AddEmailDomainInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      emailDomain: await domain.emailDomains.add(await actor(), input.domain),
    }));
  }

  @Mutation(() => VerifyEmailDomainPayload, {
    description:
      'Looks for the TXT record in DNS now; found, the domain is proved. Needs `rollcall:connections` and a fresh sign-in.',
  })
  verifyEmailDomain(
    @Arg('input', () => VerifyEmailDomainInput, { description: 'Which one.' }) input: VerifyEmailDomainInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => ({
      emailDomain: await domain.emailDomains.verify(await actor(), input.id),
    }));
  }

  @Mutation(() => RemoveEmailDomainPayload, {
    description:
      'Gives a domain up; what was bound by e-mail stays bound. Needs `rollcall:connections` and a fresh sign-in.',
  })
  removeEmailDomain(
    @Arg('input', () => RemoveEmailDomainInput, { description: 'Which one.' }) input: RemoveEmailDomainInput,
    @Ctx() { domain, actor }: GraphContext,
  ) {
    return answerMutation(input, async () => {
      await domain.emailDomains.remove(await actor(), input.id);
      return { deletedId: input.id };
    });
  }
}

/** What a SCIM request tells the GraphQL side about itself. The bearer is passed on unread. */
export interface GraphCall {
  readonly authorization: string | undefined;
  readonly requestId: string;
  readonly method: string;
  /** As received, query included, secrets masked. */
  readonly path: string;
}

/** A static operation; `name` is its operation name, `field` the one it asks for, `text` all of it, fragments included. */
export interface GraphDocument<Data, Variables> {
  readonly name: string;
  readonly field: string;
  readonly text: string;
  /** Never there: it ties the types of the answer and of the variables to the document. */
  readonly types?: (variables: Variables) => Data;
}

export interface GraphProblem {
  readonly message: string;
  /** `code` says what kind of refusal it is, `reason` which fact, both in SCREAMING_SNAKE. */
  readonly extensions?: { readonly [key: string]: unknown } | undefined;
}

export interface GraphAnswer<Data> {
  readonly data?: Data | null | undefined;
  readonly errors?: readonly GraphProblem[] | undefined;
}

/** The only way from SCIM to everything else. It never rejects for a refusal: refusals are in the answer. */
export interface GraphClient {
  run<Data, Variables>(
    document: GraphDocument<Data, Variables>,
    variables: Variables,
    call: GraphCall,
  ): Promise<GraphAnswer<Data>>;
}

/** The product that the sign-in pages stand before, as the operator configured it. */
export interface ProductSettings {
  name: string;
  /** Where people go on after sign-in; null: the plain landing page. */
  url: string | null;
  /** Whose pages may ask as the person who is signed in (CORS), and to whose pages a sign-in may lead back. */
  origins: string[];
  /** An SVG or PNG file. */
  logoFile: string | null;
  /** Of buttons and links, such as #0b5fff. */
  color: string | null;
}

/** An OpenID provider by which accounts of all organizations may sign in. */
export interface LoginProviderSettings {
  clientId: string;
  clientSecret: string;
  issuer: string;
}

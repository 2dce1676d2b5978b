// The pages before sign-in: small, and of no use without the forms that work without it.
import "./trust.js";
import "./parts/go.js";
import "./parts/passkey.js";

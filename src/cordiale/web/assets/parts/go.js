// A page whose only purpose is one form sends it at once; without scripts its button does. Nothing is sent by opening
// the address alone, so that programs which look at links do not use them up.
document.querySelector("form[data-go]")?.requestSubmit();

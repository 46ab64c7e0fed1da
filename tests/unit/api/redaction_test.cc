#include "exporter/api/redaction.h"

#include "tests/catch.h"

using namespace taskqueue;

TEST_CASE("what was sent in secret is hidden wherever it comes back", "[api][redaction]") {
  Redaction redaction;
  redaction.hide("planted-token");
  redaction.hide("0123456789abcdef");
  CHECK(redaction.apply("token planted-token, planted-token; signature 0123456789abcdef.") ==
        "token (hidden), (hidden); signature (hidden).");
  const Failure failure = redaction.apply(Failure{.kind = FailureKind::credentials,
                                                  .code = "Bad.planted-token",
                                                  .sentence = "planted-token is wrong",
                                                  .request_id = "r-planted-token"});
  CHECK(failure == Failure{.kind = FailureKind::credentials,
                           .code = "Bad.(hidden)",
                           .sentence = "(hidden) is wrong",
                           .request_id = "r-(hidden)"});
}

TEST_CASE("a secret that the end cuts off is hidden too", "[api][redaction]") {
  Redaction redaction;
  redaction.hide("planted-token");
  CHECK(redaction.apply("it was planted-toke") == "it was (hidden)");
  CHECK(redaction.apply("it was planted-") == "it was (hidden)");
  CHECK(redaction.apply("it was planted") == "it was planted");
}

TEST_CASE("what is as short as a word is left", "[api][redaction]") {
  Redaction redaction;
  redaction.hide("");
  redaction.hide("key");
  CHECK(redaction.apply("the key is wrong") == "the key is wrong");
}

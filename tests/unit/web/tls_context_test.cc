#include "exporter/web/tls_context.h"

#include <optional>
#include <string>

#include "tests/catch.h"
#include "tests/unit/web/web_folder.h"

using namespace taskqueue;
using namespace taskqueue::web;

namespace {

const KeyPair server = make_pair_for("DNS:localhost");
const KeyPair other = make_pair_for("DNS:other");

TlsSettings good() { return {.certificate = server.certificate, .key = Secret(server.key)}; }

/// What is to blame; nothing if all is well.
std::optional<TlsFault::Setting> blame(const TlsSettings& settings) {
  const auto made = TlsContext::make(settings);
  if (made) return std::nullopt;
  CHECK_FALSE(made.error().sentence.empty());
  return made.error().setting;
}

}  // namespace

TEST_CASE("a certificate with its key makes a context", "[web][tls_context]") {
  const auto made = TlsContext::make(good());
  REQUIRE(made);
  CHECK((*made)->get() != nullptr);
  CHECK((*made)->untimely().empty());
}

TEST_CASE("the setting to blame is named", "[web][tls_context]") {
  using Setting = TlsFault::Setting;
  TlsSettings settings = good();
  SECTION("no certificate in it") {
    settings.certificate = "hello";
    CHECK(blame(settings) == Setting::certificate);
  }
  SECTION("another's key") {
    settings.key = Secret(other.key);
    CHECK(blame(settings) == Setting::key);
  }
  SECTION("no key in it") {
    settings.key = Secret(server.certificate);
    CHECK(blame(settings) == Setting::key);
  }
  SECTION("no authority in it") {
    settings.client_certificate = ClientCertificate::require_and_verify;
    settings.client_authorities = "x";
    CHECK(blame(settings) == Setting::client_authorities);
  }
  SECTION("suites that the versions rule out") {
    settings.cipher_suites = {"TLS_AES_128_GCM_SHA256"};
    settings.max_version = TlsVersion::tls12;
    CHECK(blame(settings) == Setting::cipher_suites);
  }
}

TEST_CASE("every name of a suite or a curve is one that OpenSSL knows", "[web][tls_context]") {
  for (const std::string_view suite : cipher_suite_names()) {
    CAPTURE(suite);
    TlsSettings settings = good();
    settings.cipher_suites = {std::string(suite)};
    CHECK_FALSE(blame(settings));
  }
  TlsSettings settings = good();
  settings.curves.assign(curve_names().begin(), curve_names().end());
  CHECK(settings.curves.size() == 4);
  CHECK_FALSE(blame(settings));
}

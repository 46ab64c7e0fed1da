#include "exporter/web/tls_names.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/unit/web/web_folder.h"

using namespace taskqueue::web;

TEST_CASE("suites go into the list of their version, in their order", "[web][tls_names]") {
  const auto lists =
      cipher_lists({"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256", "TLS_RSA_WITH_AES_128_CBC_SHA"});
  CHECK(lists.tls12 == "ECDHE-RSA-AES256-GCM-SHA384:AES128-SHA");
  CHECK(lists.tls13 == "TLS_AES_128_GCM_SHA256");
  CHECK(cipher_lists({"TLS_AES_128_GCM_SHA256"}).tls12.empty());
}

TEST_CASE("curves go by OpenSSL's names", "[web][tls_names]") {
  CHECK(group_list({"CurveP384", "X25519"}) == "P-384:X25519");
  CHECK(group_list({}).empty());
}

TEST_CASE("a certificate's names are texts, of whatever kind", "[web][tls_names]") {
  const KeyPair pair = make_pair_for("DNS:localhost,IP:127.0.0.1,IP:2001:db8::1,email:a@example.org,URI:spiffe://x/a");
  const std::unique_ptr<BIO, decltype(&BIO_free_all)> bio(
      BIO_new_mem_buf(pair.certificate.data(), static_cast<int>(pair.certificate.size())), BIO_free_all);
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr),
                                                                X509_free);
  CHECK(alternative_names(certificate.get()) ==
        std::vector<std::string>{"localhost", "127.0.0.1", "2001:db8::1", "a@example.org", "spiffe://x/a"});
}

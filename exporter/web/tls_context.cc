#include "exporter/web/tls_context.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <utility>

#include "exporter/web/tls_names.h"

namespace taskqueue::web {
namespace {

using Setting = TlsFault::Setting;
using Fault = Unexpected<TlsFault>;

template <auto release>
struct Releases {
  template <class T>
  void operator()(T* thing) const {
    release(thing);
  }
};
using Bio = std::unique_ptr<BIO, Releases<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Releases<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Releases<EVP_PKEY_free>>;

/// OpenSSL's oldest reason, in its words; forgets the others.
std::string reason() {
  const unsigned long code = ERR_get_error();
  ERR_clear_error();
  const char* const words = code == 0 ? nullptr : ERR_reason_error_string(code);
  return words == nullptr ? "OpenSSL does not say why" : words;
}

Fault fault(Setting setting, std::string sentence) { return Fault(TlsFault{setting, std::move(sentence)}); }

Bio reading(const std::string& text) { return Bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))); }

/// A key with a passphrase fails; without this OpenSSL would ask for it on the terminal.
int no_passphrase(char*, int, int, void*) { return 0; }

std::vector<Certificate> certificates_in(const std::string& pem) {
  std::vector<Certificate> found;
  const Bio bio = reading(pem);
  while (X509* const one = PEM_read_bio_X509(bio.get(), nullptr, no_passphrase, nullptr)) found.emplace_back(one);
  ERR_clear_error();
  return found;
}

std::string_view untimely(const X509* certificate) {
  if (X509_cmp_current_time(X509_get0_notAfter(certificate)) < 0) return "has expired";
  if (X509_cmp_current_time(X509_get0_notBefore(certificate)) > 0) return "is not valid yet";
  return {};
}

/// HTTP/1.1 is all that is spoken here; a client that offers only h2 may still try without ALPN's blessing.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* length, const unsigned char* offered,
                    unsigned int offered_length, void*) {
  static constexpr std::array<unsigned char, 9> ours{8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* found = nullptr;
  const int match = SSL_select_next_proto(&found, length, ours.data(), ours.size(), offered, offered_length);
  if (match != OPENSSL_NPN_NEGOTIATED) return SSL_TLSEXT_ERR_NOACK;
  *chosen = found;
  return SSL_TLSEXT_ERR_OK;
}

int protocol(TlsVersion version) { return version == TlsVersion::tls13 ? TLS1_3_VERSION : TLS1_2_VERSION; }

}  // namespace

/// Builds a context step by step; the first fault ends it.
struct ContextMaker {
  explicit ContextMaker(const TlsSettings& given)
      : settings(given), made(std::shared_ptr<TlsContext>(new TlsContext)) {}

  using Step = Result<Done, TlsFault>;

  static int verify(X509_STORE_CTX* store, void* context) {
    const ClientDemands& demands = static_cast<const TlsContext*>(context)->client_demands();
    if (demands.verified && X509_verify_cert(store) != 1) return 0;
    if (demands.names.empty()) return 1;
    for (const std::string& name : alternative_names(X509_STORE_CTX_get0_cert(store))) {
      if (std::ranges::find(demands.names, name) != demands.names.end()) return 1;
    }
    X509_STORE_CTX_set_error(store, X509_V_ERR_APPLICATION_VERIFICATION);
    return 0;
  }

  Step certificate() {
    const auto chain = certificates_in(settings.certificate);
    if (chain.empty()) return fault(Setting::certificate, "holds no certificate in PEM form");
    if (SSL_CTX_use_certificate(context(), chain.front().get()) != 1)
      return fault(Setting::certificate, "is refused: " + reason());
    for (std::size_t i = 1; i < chain.size(); ++i) {
      if (SSL_CTX_add1_chain_cert(context(), chain[i].get()) != 1) {
        return fault(Setting::certificate, "has a chain that is refused: " + reason());
      }
    }
    made->untimely_ = untimely(chain.front().get());
    return Done{};
  }

  Step key() {
    const Bio bio = reading(settings.key.reveal());
    const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!key) return fault(Setting::key, "holds no private key in PEM form that can be read without a passphrase");
    if (SSL_CTX_use_PrivateKey(context(), key.get()) != 1 || SSL_CTX_check_private_key(context()) != 1) {
      ERR_clear_error();
      return fault(Setting::key, "is not the key of the certificate");
    }
    return Done{};
  }

  Step clients() {
    const auto kind = settings.client_certificate;
    if (kind == ClientCertificate::none) return Done{};
    ClientDemands& demands = made->client_demands_;
    demands.required = kind == ClientCertificate::require_any || kind == ClientCertificate::require_and_verify;
    demands.verified = kind == ClientCertificate::verify_if_given || kind == ClientCertificate::require_and_verify;
    demands.by_given_authorities = demands.verified && !settings.client_authorities.empty();
    demands.names = settings.client_allowed_sans;
    SSL_CTX_set_verify(context(), SSL_VERIFY_PEER | (demands.required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
    SSL_CTX_set_cert_verify_callback(context(), verify, made.get());
    if (settings.client_authorities.empty()) {
      SSL_CTX_set_default_verify_paths(context());
      return Done{};
    }
    const auto authorities = certificates_in(settings.client_authorities);
    if (authorities.empty()) return fault(Setting::client_authorities, "holds no certificate in PEM form");
    for (const Certificate& authority : authorities) {
      X509_STORE_add_cert(SSL_CTX_get_cert_store(context()), authority.get());
      SSL_CTX_add_client_CA(context(), authority.get());  // so that clients with several certificates can choose
    }
    // As in Go, each of them is trusted for itself; OpenSSL would want one that signed itself at the end of the chain.
    X509_STORE_set_flags(SSL_CTX_get_cert_store(context()), X509_V_FLAG_PARTIAL_CHAIN);
    ERR_clear_error();
    return Done{};
  }

  Step ciphers() {
    const CipherLists lists = cipher_lists(settings.cipher_suites);
    if (!lists.tls13.empty() && SSL_CTX_set_ciphersuites(context(), lists.tls13.c_str()) != 1) {
      return fault(Setting::cipher_suites, "is refused: " + reason());
    }
    if (!lists.tls12.empty() && SSL_CTX_set_cipher_list(context(), lists.tls12.c_str()) != 1) {
      return fault(Setting::cipher_suites, "is refused: " + reason());
    }
    const bool only_tls13 = lists.tls12.empty();
    const TlsVersion least = only_tls13 ? TlsVersion::tls13 : settings.min_version;
    if (only_tls13 && settings.max_version < TlsVersion::tls13) {
      return fault(Setting::cipher_suites, "names suites of TLS 1.3 only, which max_version forbids");
    }
    SSL_CTX_set_min_proto_version(context(), protocol(least));
    SSL_CTX_set_max_proto_version(context(), protocol(settings.max_version));
    return Done{};
  }

  Step curves() {
    const std::string list = group_list(settings.curves);
    if (list.empty() || SSL_CTX_set1_groups_list(context(), list.c_str()) == 1) return Done{};
    return fault(Setting::curves, "is refused: " + reason());
  }

  void manners() {
    SSL_CTX_set_options(context(), SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
    if (settings.prefer_server_cipher_suites) SSL_CTX_set_options(context(), SSL_OP_CIPHER_SERVER_PREFERENCE);
    // Buffers only while they are used: most connections are silent most of the time.
    SSL_CTX_set_mode(context(),
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // Tickets let clients resume without our remembering anything. Their key is this context's, so that a changed file
    // ends what was agreed under the old one.
    SSL_CTX_set_session_cache_mode(context(), SSL_SESS_CACHE_OFF);
    SSL_CTX_set_num_tickets(context(), 1);
    static constexpr std::array<unsigned char, 4> ours{'t', 'q', 'e', 'x'};
    SSL_CTX_set_session_id_context(context(), ours.data(), ours.size());
    SSL_CTX_set_alpn_select_cb(context(), choose_protocol, nullptr);
  }

  [[nodiscard]] SSL_CTX* context() const { return made->context_.get(); }

  const TlsSettings& settings;
  const std::shared_ptr<TlsContext> made;
};

TlsContext::TlsContext() : context_(SSL_CTX_new(TLS_server_method())) {
  if (!context_) throw std::bad_alloc();
}

TlsContext::~TlsContext() = default;

void TlsContext::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<std::shared_ptr<const TlsContext>, TlsFault> TlsContext::make(const TlsSettings& settings) {
  ContextMaker maker(settings);
  maker.manners();
  for (const auto step : {&ContextMaker::certificate, &ContextMaker::key, &ContextMaker::clients,
                          &ContextMaker::ciphers, &ContextMaker::curves}) {
    if (auto done = (maker.*step)(); !done) return Unexpected(std::move(done.error()));
  }
  return std::shared_ptr<const TlsContext>(maker.made);
}

}  // namespace taskqueue::web

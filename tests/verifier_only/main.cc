// tests/verifier_only/main.cc -- nothing to run: that it links is the test (CMakeLists.txt beside it).
int main() {}

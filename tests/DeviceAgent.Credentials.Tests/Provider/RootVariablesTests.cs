using DeviceAgent.Credentials.Provider;

namespace DeviceAgent.Credentials.Tests.Provider;

/// <summary>A certificate that is not trusted because the roots are looked for where there are none.</summary>
public sealed class RootVariablesTests
{
    [Fact]
    public void Missing_VariablesThatLeadNowhere_AreNamed() => Assert.Equal(
        ". SSL_CERT_FILE leads to /none/a.pem, which is not there; SSL_CERT_DIR leads to /none:/neither, which is not there: unset it, or correct it",
        Missing(new() { ["SSL_CERT_FILE"] = "/none/a.pem", ["SSL_CERT_DIR"] = "/none:/neither" }));

    [Fact]
    public void Missing_VariablesThatLeadSomewhereOrAreNotSet_IsNothing()
    {
        Assert.Equal("", Missing([]));
        Assert.Equal("", Missing(new() { ["SSL_CERT_FILE"] = "/there", ["SSL_CERT_DIR"] = "/none:/there" }));
        Assert.Equal("", Missing(new() { ["SSL_CERT_FILE"] = "" }));
    }

    private static string Missing(Dictionary<string, string> variables) => RootVariables.Missing(variables.GetValueOrDefault, path => path == "/there");
}

using System.Runtime.InteropServices;
using DeviceAgent.Hosting;

namespace DeviceAgent.Tests.Hosting;

public sealed partial class RootCertificatesTests
{
    private const string Bundle = "/etc/ssl/certs/ca-certificates.crt";

    [Fact]
    public void Where_there_is_a_bundle_the_folder_is_not_read_as_well()
    {
        var chosen = RootCertificates.Choose(_ => null, path => path == Bundle);

        Assert.Equal([new("SSL_CERT_FILE", Bundle), new("SSL_CERT_DIR", "/dev/null")], chosen);
    }

    [Fact]
    public void The_usual_places_named_by_their_variables_are_no_choice()
    {
        var chosen = RootCertificates.Choose(name => name == "SSL_CERT_DIR" ? "/etc/ssl/certs" : Bundle, path => path == Bundle);

        Assert.Equal([new("SSL_CERT_FILE", Bundle), new("SSL_CERT_DIR", "/dev/null")], chosen);
    }

    [Theory]
    [InlineData("SSL_CERT_FILE")]
    [InlineData("SSL_CERT_DIR")]
    public void What_somebody_has_chosen_stays(string variable)
    {
        Assert.Empty(RootCertificates.Choose(name => name == variable ? "/somewhere" : null, _ => true));
    }

    [Fact]
    public void Without_a_bundle_nothing_changes() => Assert.Empty(RootCertificates.Choose(_ => null, _ => false));

    [Fact]
    public void It_reaches_the_environment_that_openssl_sees()
    {
        var expected = RootCertificates.Choose(Environment.GetEnvironmentVariable, File.Exists);

        RootCertificates.ReadOnce();

        Assert.All(expected, e => Assert.Equal(e.Value, Marshal.PtrToStringUTF8(Variable(e.Key))));
    }

    [LibraryImport("libc", EntryPoint = "getenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Variable(string name);
}

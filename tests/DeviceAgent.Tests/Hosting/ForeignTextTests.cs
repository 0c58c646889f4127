using System.Collections;
using System.Text;
using DeviceAgent.Hosting;
using DeviceAgent.Settings;

namespace DeviceAgent.Tests.Hosting;

/// <summary>A configuration, a password file and a token as editors on other systems leave them.</summary>
public sealed class ForeignTextTests : IDisposable
{
    private readonly TestDevice _device = new(TimeProvider.System);

    public void Dispose() => _device.Dispose();

    public static TheoryData<string> Encodings => ["utf-8", "utf-16", "utf-16BE"];

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Load_ConfigurationWithAByteOrderMark_IsRead(string encoding)
    {
        var settings = TestDevice.Valid();
        settings["serialNumber"] = "\"Zähler-€\"";
        _device.WriteConfiguration(settings);
        Encode(_device.ConfigurationPath, encoding);
        Assert.Equal("Zähler-€", Load().SerialNumber);
    }

    [Theory]
    [MemberData(nameof(Encodings))]
    public void Load_PasswordFileWithAByteOrderMark_OpensTheKey(string encoding)
    {
        _device.WriteIdentity("device", "opensesame-ä");
        Encode(_device.WriteText("password.txt", "opensesame-ä\r\n"), encoding);
        var settings = TestDevice.Valid();
        settings["privateKeyPasswordFile"] = "\"password.txt\"";
        _device.WriteConfiguration(settings);
        Assert.NotNull(Load().Identity.PrivateKeyPassword);
    }

    [Theory]
    [InlineData(new byte[] { 0x7B, 0x22, 0xE9, 0x22, 0x7D }, "byte 2 (0xE9) is not UTF-8; save the text as UTF-8")]
    [InlineData(new byte[] { 0x7B, 0x00, 0x7D, 0x00 }, "byte 1 is zero: the text looks like utf-16le without a byte order mark; save it as UTF-8")]
    public void Load_ConfigurationInAnotherEncoding_SaysWhereAndWhatToDo(byte[] content, string expected)
    {
        File.WriteAllBytes(_device.ConfigurationPath, content);
        Assert.Contains(expected, LoadError().Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\n \"serialNumber\": \"a\\ud800\"\n}", "line 2, column 18")]
    [InlineData("{\n \"größe\": \"a\\ud800\"\n}", "line 2, column 11")]
    [InlineData("{ \"attributes\": { \"\\udc00\": 1 } }", "line 1, column 19")]
    [InlineData("{ // \\ud800 in a comment\n \"attributes\": { \"a\": \"\\ud83d\", }, }", "line 2, column 23")]
    public void Load_HalfACharacter_IsAnErrorWithItsPlace(string text, string place)
    {
        _device.WriteText("agent.json", text);
        Assert.Contains($"{place}: a text holds half a character", LoadError().Problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("stateDirectory")]
    [InlineData("certificatePath")]
    public void Load_ZeroCharacterInAPath_IsAnErrorOfThatKey(string key)
    {
        var settings = TestDevice.Valid();
        settings[key] = "\"a\\u0000b\"";
        _device.WriteConfiguration(settings);
        Assert.Contains(Assert.Throws<ConfigurationException>(Load).Errors, e => e.Key == key && e.Problem.Contains("holds a zero character", StringComparison.Ordinal));
    }

    [Fact]
    public void Load_PasswordFileThatIsNoText_SaysWhere()
    {
        var path = _device.WriteText("password.txt", "");
        File.WriteAllBytes(path, [0x70, 0xE4, 0x73, 0x73]);
        var settings = TestDevice.Valid();
        settings["privateKeyPasswordFile"] = "\"password.txt\"";
        _device.WriteConfiguration(settings);
        Assert.Contains("byte 1 (0xE4) is not UTF-8", LoadError().Problem, StringComparison.Ordinal);
    }

    /// <summary>An open of a named pipe waits for whoever writes into it.</summary>
    [Fact]
    public async Task Load_ConfigurationIsADevice_DoesNotHang()
    {
        var errors = (await Assert.ThrowsAsync<ConfigurationException>(() => Task.Run(() => AgentConfiguration.Load("/dev/zero", new Hashtable(), [])).WaitAsync(TimeSpan.FromSeconds(20)))).Errors;
        Assert.Contains("it is a device, not a file", Assert.Single(errors).Problem, StringComparison.Ordinal);
    }

    private static void Encode(string path, string name)
    {
        var encoding = name == "utf-8" ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: true) : Encoding.GetEncoding(name);
        File.WriteAllBytes(path, [.. encoding.GetPreamble(), .. encoding.GetBytes(File.ReadAllText(path))]);
    }

    private AgentOptions Load()
    {
        var (options, identity) = AgentConfiguration.Load(_device.ConfigurationPath, new Hashtable(), []);
        identity.Dispose();
        return options;
    }

    private ConfigurationError LoadError() => Assert.Single(Assert.Throws<ConfigurationException>(Load).Errors);
}

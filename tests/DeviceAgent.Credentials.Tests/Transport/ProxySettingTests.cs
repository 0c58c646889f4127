using DeviceAgent.Credentials.Transport;

namespace DeviceAgent.Credentials.Tests.Transport;

public class ProxySettingTests
{
    private static readonly Uri Endpoint = new("https://c0ffee.credentials.iot.eu-central-1.amazonaws.com/");

    [Theory]
    [InlineData("http://proxy.corp:3128", "http://proxy.corp:3128/", null, null)]
    [InlineData("http://proxy.corp:3128/", "http://proxy.corp:3128/", null, null)]
    [InlineData("HTTP://Proxy.Corp", "http://proxy.corp/", null, null)]
    [InlineData(" proxy.corp:3128 ", "http://proxy.corp:3128/", null, null)]
    [InlineData("10.1.2.3:8080", "http://10.1.2.3:8080/", null, null)]
    [InlineData("http://[fd00::1]:3128", "http://[fd00::1]:3128/", null, null)]
    [InlineData("http://user:pass@proxy:3128", "http://proxy:3128/", "user", "pass")]
    [InlineData("user:pass@proxy:3128", "http://proxy:3128/", "user", "pass")]
    [InlineData("http://user@proxy:3128", "http://proxy:3128/", "user", "")]
    [InlineData("http://CORP\\user:pass@proxy:3128", "http://proxy:3128/", "CORP\\user", "pass")]
    [InlineData("http://CORP%5Cuser:p%23s%25%40@proxy:3128", "http://proxy:3128/", "CORP\\user", "p#s%@")]
    [InlineData("http://user:p#s?s/w:rd@proxy:3128", "http://proxy:3128/", "user", "p#s?s/w:rd")]
    [InlineData("http://user:p@ss@proxy:3128", "http://proxy:3128/", "user", "p@ss")]
    [InlineData("http://user:a://b@proxy:3128", "http://proxy:3128/", "user", "a://b")]
    [InlineData("http://us%C3%A9r:pä😀@proxy:3128", "http://proxy:3128/", "usér", "pä😀")]
    [InlineData("http://user:a+b%20c@proxy:3128", "http://proxy:3128/", "user", "a+b c")]
    public void Read_EveryForm_IsTheProxyWithItsUser(string value, string proxy, string? user, string? password)
    {
        var setting = Read(new() { ["HTTPS_PROXY"] = value });
        var uri = setting.GetProxy(Endpoint)!;
        Assert.Equal(proxy, uri.AbsoluteUri);
        var login = setting.Credentials!.GetCredential(uri, "Basic");
        Assert.Equal((user, password), (login?.UserName, login?.Password));
        Assert.Null(setting.Credentials!.GetCredential(new Uri("http://elsewhere:3128"), "Basic"));
    }

    [Theory]
    [InlineData("https://user:canary@proxy:3129", "a proxy that is itself spoken to by TLS (https://) is not supported")]
    [InlineData("socks5h://user:canary@proxy:1080", "a SOCKS proxy (socks5h://) is not supported")]
    [InlineData("ftp://user:canary@proxy:21", "the scheme ftp:// is not that of a proxy")]
    [InlineData("http://user:canary@proxy:port", "its port '...' is not a number from 1 to 65535")]
    [InlineData("http://proxy:99999", "its port '99999' is not a number from 1 to 65535")]
    [InlineData("http://proxy:0", "its port '0' is not a number from 1 to 65535")]
    [InlineData("http://proxy:-1", "its port '-1' is not a number from 1 to 65535")]
    [InlineData("http://proxy:", "its port '...' is not a number from 1 to 65535")]
    [InlineData("proxy.corp", "it names neither a scheme nor a port, so the port would be a guess")]
    [InlineData("http://", "it names no host")]
    [InlineData("http://user:canary@", "it names no host")]
    [InlineData("http://:3128", "it names no host")]
    [InlineData("http://proxy corp:3128", "it names no host")]
    [InlineData("http://proxy.corp:3128/path", "its port '...' is not a number from 1 to 65535")]
    [InlineData("http://fd00::1:3128", "it names no host")]
    [InlineData("http://user:canary%zz@proxy:3128", "holds a % that begins no escape")]
    [InlineData("http://user:canary%E9@proxy:3128", "holds a % that begins no escape")]
    [InlineData("http://user:canary%@proxy:3128", "holds a % that begins no escape")]
    [InlineData("http://us%3Aer:canary@proxy:3128", "its user holds a colon")]
    [InlineData("http://user:canary%0A@proxy:3128", "holds a control character")]
    [InlineData("http://:canary@proxy:3128", "it has a password and no user")]
    public void Read_WhatCannotBeUsed_IsAProblemOfThatVariableWithoutThePassword(string value, string what)
    {
        var problems = new List<OptionProblem>();
        var setting = ProxySetting.Read(problems, http: false, new Dictionary<string, string> { ["https_proxy"] = value }.GetValueOrDefault);
        var problem = Assert.Single(problems);
        Assert.Equal("https_proxy", problem.Option);
        Assert.Contains(what, problem.What);
        Assert.Contains("http://", problem.Remedy);
        Assert.DoesNotContain("canary", problem.ToString());
        Assert.Null(setting.GetProxy(Endpoint));
    }

    [Fact]
    public void Read_SeveralVariables_TheNarrowerAndTheLowerCaseWins()
    {
        Assert.Equal("lower", Read(new() { ["https_proxy"] = "http://lower:1", ["HTTPS_PROXY"] = "http://upper:1", ["ALL_PROXY"] = "http://all:1" }).GetProxy(Endpoint)!.Host);
        Assert.Equal("all", Read(new() { ["ALL_PROXY"] = "http://all:1" }).GetProxy(Endpoint)!.Host);
        Assert.Null(Read(new() { ["https_proxy"] = "", ["ALL_PROXY"] = "http://all:1" }).GetProxy(Endpoint));
        Assert.Null(Read([]).GetProxy(Endpoint));
        var both = Read(new() { ["HTTPS_PROXY"] = "http://secure:1", ["HTTP_PROXY"] = "http://plain:1" });
        Assert.Equal("plain", both.GetProxy(new Uri("http://localhost:8000"))!.Host);
        Assert.Equal("secure", both.GetProxy(Endpoint)!.Host);
    }

    [Fact]
    public void Read_PlainProxyThatNobodyUses_IsNotLookedAt()
    {
        var problems = new List<OptionProblem>();
        ProxySetting.Read(problems, http: false, new Dictionary<string, string> { ["HTTP_PROXY"] = "socks5://x:1", ["no_proxy"] = "<local>" }.GetValueOrDefault);
        Assert.Empty(problems);
    }

    [Theory]
    [InlineData("amazonaws.com", true)]
    [InlineData(".amazonaws.com", true)]
    [InlineData("*.amazonaws.com", true)]
    [InlineData("localhost, eu-central-1.AMAZONAWS.com", true)]
    [InlineData("localhost c0ffee.credentials.iot.eu-central-1.amazonaws.com:443", true)]
    [InlineData("c0ffee.credentials.iot.eu-central-1.amazonaws.com:8883", false)]
    [InlineData("*", true)]
    [InlineData("aws.com", false)]
    [InlineData("", false)]
    public void Read_NoProxy_GoesStraight(string value, bool straight) =>
        Assert.Equal(straight, Read(new() { ["HTTPS_PROXY"] = "http://proxy:1", ["NO_PROXY"] = value }).IsBypassed(Endpoint));

    [Theory]
    [InlineData("10.0.0.0/8", "https://10.9.8.7/", true)]
    [InlineData("10.0.0.0/8", "https://11.0.0.1/", false)]
    [InlineData("10.9.8.7", "https://10.9.8.7:8883/", true)]
    [InlineData("10.9.8.7:443", "https://10.9.8.7:8883/", false)]
    [InlineData("[fd00::1]", "https://[fd00::1]:8883/", true)]
    [InlineData("fd00:0::1", "https://[fd00::1]:8883/", true)]
    [InlineData("[fd00::1]:8883", "https://[fd00::1]:8883/", true)]
    [InlineData("fd00::/8", "https://[fd00::1]/", true)]
    public void Read_NoProxyOfAddresses_GoesStraight(string value, string target, bool straight) =>
        Assert.Equal(straight, Read(new() { ["HTTPS_PROXY"] = "http://proxy:1", ["NO_PROXY"] = value }).IsBypassed(new Uri(target)));

    [Theory]
    [InlineData("http://example.com")]
    [InlineData("10.0.*")]
    [InlineData("10.0.0.0/33")]
    [InlineData("10.0.0")]
    [InlineData("10.0.0.1-10.0.0.9")]
    [InlineData("host:99999")]
    [InlineData("<local>")]
    public void Read_NoProxyThatIsNoHost_IsAProblem(string value)
    {
        var problems = new List<OptionProblem>();
        ProxySetting.Read(problems, http: false, new Dictionary<string, string> { ["HTTPS_PROXY"] = "http://proxy:1", ["no_proxy"] = value }.GetValueOrDefault);
        Assert.Equal(("no_proxy", value), (Assert.Single(problems).Option, problems[0].Value));
    }

    private static ProxySetting Read(Dictionary<string, string> variables)
    {
        var problems = new List<OptionProblem>();
        var setting = ProxySetting.Read(problems, http: true, variables.GetValueOrDefault);
        Assert.Empty(problems);
        return setting;
    }
}

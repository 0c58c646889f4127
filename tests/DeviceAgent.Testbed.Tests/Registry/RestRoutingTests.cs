using DeviceAgent.Testbed.Registry;
using DeviceAgent.Testbed.Registry.Rest;
using static DeviceAgent.Testbed.Tests.Registry.ThingRegistryTests;

namespace DeviceAgent.Testbed.Tests.Registry;

public sealed class RestRoutingTests
{
    private static readonly RestRoute Route = new("X", "GET", "/things/{thingName}/principals", _ => null);

    [Theory]
    [InlineData("/things/a%2Fb/principals", "a/b")]
    [InlineData("/things/a:b/principals?x=/y", "a:b")]
    [InlineData("/things/a+b/principals", "a+b")]
    public void Match_EncodedSegments_AreDecodedAfterTheSplit(string target, string name) =>
        Assert.Equal(name, Route.Match(RestTarget.Parse(target).Segments)?["thingName"]);

    [Theory]
    [InlineData("/things/a/b/principals")]
    [InlineData("/things//principals")]
    [InlineData("/things/a/principals/")]
    [InlineData("/Things/a/principals")]
    public void Match_OtherPaths_AreNotTaken(string target) => Assert.Null(Route.Match(RestTarget.Parse(target).Segments));

    [Fact]
    public void Parse_Query_IsDecoded()
    {
        var query = RestTarget.Parse("/x?a=1%202&b=c+d&e&f=g%3Dh").Query;

        Assert.Equal([("a", "1 2"), ("b", "c d"), ("e", ""), ("f", "g=h")], query.Select(p => (p.Key, p.Value)));
    }

    [Fact]
    public void Page_Descending_GoesOnWhereItStoppedThoughItemsWentAway()
    {
        List<string> items = ["a", "b", "c", "d", "e"];

        var (first, token) = Paging.Page(items, x => x, 2, null, descending: true);
        items.Remove("d");
        var (second, last) = Paging.Page(items, x => x, 3, token, descending: true);

        Assert.Equal(["e", "d"], first);
        Assert.Equal(["c", "b", "a"], second);
        Assert.Null(last);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(251)]
    public void Page_SizeOutsideItsRange_IsRefused(long size) =>
        Refused(400, "InvalidRequestException", () => Paging.Page(["a"], x => x, size, null));

    [Fact]
    public void Refusals_OfEachType_HaveTheServicesStatus()
    {
        (int, string)[] expected =
        [
            (400, "CertificateValidationException"), (400, "InvalidRequestException"), (400, "MalformedPolicyException"), (400, "RegistrationCodeValidationException"),
            (404, "ResourceNotFoundException"), (406, "CertificateStateException"), (409, "DeleteConflictException"), (409, "ResourceAlreadyExistsException"),
            (409, "VersionConflictException"), (409, "VersionsLimitExceededException"), (410, "LimitExceededException"),
        ];
        RegistryException[] all =
        [
            RegistryException.InvalidRequest(""), RegistryException.MalformedPolicy(""), RegistryException.CertificateValidation(""), RegistryException.RegistrationCodeValidation(""),
            RegistryException.NotFound(""), RegistryException.CertificateState(""), RegistryException.DeleteConflict(""), RegistryException.VersionConflict(""),
            RegistryException.VersionsLimitExceeded(""), RegistryException.LimitExceeded(""), RegistryException.AlreadyExists("", "", ""),
        ];

        Assert.Equal(expected, all.Select(e => (e.StatusCode, e.Type)).Order());
    }
}

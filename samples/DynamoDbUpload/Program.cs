using Amazon.DynamoDBv2;
using Amazon.Runtime;
using DeviceAgent.Credentials;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

// dotnet run -- --Device:CredentialsEndpoint=... --Device:RoleAlias=... --Device:ThingName=... --Device:CertificatePath=... --Device:PrivateKeyPath=...
// The table is named as the thing; the region comes from AWS_REGION.
var builder = Host.CreateApplicationBuilder(args);
builder.Services.AddIotRoleAliasCredentials(builder.Configuration.GetSection("Device"));
builder.Services.AddSingleton<IAmazonDynamoDB>(s => new AmazonDynamoDBClient(s.GetRequiredService<AWSCredentials>()));
using var host = builder.Build();
await host.StartAsync();

var thing = builder.Configuration["Device:ThingName"]!;
var reading = new Dictionary<string, Amazon.DynamoDBv2.Model.AttributeValue>
{
    ["serial_number"] = new(thing),
    ["timestamp"] = new($"{TimeProvider.System.GetUtcNow():yyyy-MM-ddTHH:mm:ss.fffZ}"),
    ["temperature"] = new() { N = "21.5" },
};
await host.Services.GetRequiredService<IAmazonDynamoDB>().PutItemAsync(thing, reading);
Console.WriteLine($"Written to {thing}: {reading["timestamp"].S}");
await host.StopAsync();

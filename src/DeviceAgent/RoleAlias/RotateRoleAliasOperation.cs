using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Credentials;

namespace DeviceAgent.RoleAlias;

/// <summary>The operation <c>rotate-role-alias</c>, with the argument <c>roleAlias</c>.</summary>
internal sealed class RotateRoleAliasOperation(RoleAliasRotation rotation) : IOperation
{
    public const string ArgumentName = "roleAlias";

    public string Name => OperationNames.RotateRoleAlias;

    public IReadOnlyList<string> Arguments => [ArgumentName];

    public async Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken)
    {
        if (arguments.ValueKind != JsonValueKind.Object || !arguments.TryGetProperty(ArgumentName, out var argument)) return Invalid("is missing");
        if (argument.ValueKind != JsonValueKind.String) return Invalid("is not a text");
        var roleAlias = argument.GetString();
        if (!RoleAliasOptionsValidator.IsRoleAlias(roleAlias)) return Invalid("cannot be the name of a role alias");
        return await rotation.RotateAsync(roleAlias!, progress, cancellationToken).ConfigureAwait(false);
    }

    private static ChangeOutcome Invalid(string problem) => ChangeOutcome.Rejected(
        RejectionCode.InvalidArgument, $"'{ArgumentName}' {problem}: give the name of a role alias, 1 to 128 of A-Z a-z 0-9 _ = , @ -.");
}
